import { setTimeout as delay } from "node:timers/promises";
import { parseJson } from "../../contract/parse-json.ts";
import {
  type ChangeMarks,
  type ChangesReply,
  ChangesRequestSchema,
  here,
} from "../../registry/changes-since.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { PeerConnection, WatchedConnection } from "../connections.ts";
import { changesSince } from "./changes-since.ts";

export interface ChangeSources {
  readonly auth: Pick<WatchedConnection, "connection">;
  readonly peers: readonly Pick<PeerConnection, "connection" | "region">[];
}

/** Requests that may wait for their turn. There are a few consoles, which ask once a second. */
const mostWaiting = 4;
/** Between one answer and the next, at least: to read for one takes time from logins. */
const pauseMs = 100;

/**
 * Answers which devices all regions have told of since the marks that a request names, one request
 * after the other, however many there are. No answer is empty: that could acknowledge something.
 */
export class ChangeAnswers {
  readonly #sources: ChangeSources;
  #waiting = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(sources: ChangeSources) {
    this.#sources = sources;
  }

  async answer(request: Uint8Array): Promise<string> {
    const asked = ChangesRequestSchema.safeParse(parseJson(Buffer.from(request).toString()));
    if (!asked.success) return JSON.stringify({ problem: "not a request for changes" });
    if (this.#waiting > mostWaiting) return JSON.stringify({ problem: "busy" });
    this.#waiting++;
    const answer = this.#turn.then(() => read(this.#sources, asked.data.marks));
    this.#turn = answer.catch(() => {}).then(() => delay(pauseMs));
    return answer.then(JSON.stringify).finally(() => this.#waiting--);
  }
}

async function read(sources: ChangeSources, marks: ChangeMarks): Promise<ChangesReply> {
  const since: [string, NatsConnection][] = [
    [here, sources.auth.connection],
    ...sources.peers.map(({ region, connection }): [string, NatsConnection] => [
      region,
      connection,
    ]),
  ];
  const all = await Promise.all(
    since.map(async ([name, connection]) => ({
      name,
      changes: await changesSince(connection, marks[name]).catch(() => undefined),
    })),
  );
  return {
    sources: Object.fromEntries(
      all.flatMap(({ name, changes }) => (changes ? [[name, changes]] : [])),
    ),
    unread: all.flatMap(({ name, changes }) => (changes ? [] : [name])),
  };
}
