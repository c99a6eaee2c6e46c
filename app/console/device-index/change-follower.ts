import { setTimeout as delay } from "node:timers/promises";
import { subjects } from "../../contract/subjects.ts";
import {
  type ChangeMarks,
  type ChangesReply,
  ChangesReplySchema,
} from "../../registry/changes-since.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { ChangeNews } from "./index-keeper.ts";

export interface FollowOptions {
  readonly connection: Pick<NatsConnection, "request">;
  readonly follow: (news: ChangeNews) => Promise<void>;
  /** Where it begins. */
  readonly marks: ChangeMarks;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: Logger;
}

const everyMs = 1_000;
const askMs = 6_000;
/** Between two questions, also while there is more. */
const leastMs = 100;
const retryMs = 2_000;
/** Devices are read for it: so many in a second at most, whoever tells of how many. */
const idsPerSecond = 1_000;

/**
 * Asks auth which devices changed, again and again. Auth reads it in the streams: their account also
 * holds what is to be acknowledged, which whoever reads there could do.
 */
export function followChanges(options: FollowOptions): { readonly stop: () => void } {
  const { connection, follow, clock, log } = options;
  const stopping = new AbortController();
  let { marks } = options;
  let failing = false;

  const round = async (): Promise<number> => {
    const askedAt = clock();
    const reply = await connection.request(
      subjects.registryChangesSince,
      JSON.stringify({ marks }),
      { timeout: askMs },
    );
    const told = ChangesReplySchema.parse(reply.json());
    const news = newsOf(marks, told, askedAt);
    await follow(news);
    ({ marks } = news);
    if (told.unread.length > 0) throw new Error(`nobody tells those of ${told.unread.join(", ")}`);
    if (news.completeAt !== undefined) return everyMs;
    return Math.max(leastMs, (1_000 * news.clientIds.length) / idsPerSecond);
  };
  const run = async () => {
    while (!stopping.signal.aborted) {
      let waitMs = retryMs;
      try {
        waitMs = await round();
        if (failing) log.info("changed devices are followed again");
        failing = false;
      } catch (error) {
        const reason = error instanceof Error ? error.message : error;
        if (!failing) log.warn({ reason }, "changed devices cannot be followed, trying again");
        failing = true;
      }
      await delay(waitMs, undefined, { signal: stopping.signal, ref: false }).catch(() => {});
    }
  };
  void run();
  return { stop: () => stopping.abort() };
}

function newsOf(marks: ChangeMarks, reply: ChangesReply, askedAt: number): ChangeNews {
  const all = Object.values(reply.sources);
  const next = Object.entries(reply.sources).map(([name, { mark }]) => [name, mark] as const);
  const isComplete = reply.unread.length === 0 && !all.some(({ more }) => more);
  return {
    clientIds: all.flatMap(({ clientIds }) => clientIds),
    marks: { ...marks, ...Object.fromEntries(next) },
    completeAt: isComplete ? askedAt : undefined,
    lost: all.some(({ lost }) => lost),
  };
}
