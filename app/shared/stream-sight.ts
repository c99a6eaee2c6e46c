import type { JetStreamManager } from "./nats.ts";

/** A stream at one moment, as its leader tells. Times are the servers', in milliseconds since 1970. */
export interface StreamSight {
  /** When the stream was made, as the server writes it: a stream that is made anew has another. */
  readonly created: string;
  readonly firstSequence: number;
  /** When the first message was stored; far in the past when there is none. */
  readonly firstAt: number;
  readonly lastSequence: number;
  /** When the leader said so. */
  readonly at: number;
}

/** How far somebody has read a stream, and when that was last seen to be so. */
export interface StreamMark {
  readonly created: string;
  readonly sequence: number;
  readonly at: number;
}

/** Of a reader who has seen nothing yet. */
export const noMark: StreamMark = { created: "", sequence: 0, at: 0 };

type Info = Awaited<ReturnType<JetStreamManager["streams"]["info"]>>;

/** The client's type does not know the time of the answer. */
export const sightIn = (info: Info & { readonly ts?: string }): StreamSight => ({
  created: info.created,
  firstSequence: info.state.first_seq,
  firstAt: Date.parse(info.state.first_ts),
  lastSequence: info.state.last_seq,
  at: Date.parse(info.ts ?? ""),
});

export async function seeStream(jsm: JetStreamManager, stream: string): Promise<StreamSight> {
  return sightIn(await jsm.streams.info(stream));
}

/**
 * Whether the stream still is the one of the mark. Otherwise its numbers mean other messages, and
 * all that it holds is unread: it was made anew, or most of its copies came back without content,
 * which keeps the time of its making. Then it ends before the mark, or, if it was filled again
 * meanwhile, has messages below the mark that are younger than the mark.
 *
 * Clocks of servers that differ may make a stream look like another for as long as they differ.
 */
export function continues(mark: StreamMark, sight: StreamSight): boolean {
  if (mark.created !== sight.created || mark.sequence > sight.lastSequence) return false;
  return sight.firstSequence > mark.sequence || sight.firstAt <= mark.at;
}
