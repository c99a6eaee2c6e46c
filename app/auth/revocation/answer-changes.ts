import { parseJson } from "../../contract/parse-json.ts";
import { type ChangesReply, ChangesRequestSchema, here } from "../../registry/changes-since.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { PeerConnection, WatchedConnection } from "../connections.ts";
import { changesSince } from "./changes-since.ts";

export interface ChangeSources {
  readonly auth: Pick<WatchedConnection, "connection">;
  readonly peers: readonly Pick<PeerConnection, "connection" | "region">[];
}

/**
 * Answers which devices all regions have told of since the marks that a request names. It is never
 * empty: an empty answer could acknowledge something.
 */
export async function answerChanges(sources: ChangeSources, request: Uint8Array): Promise<string> {
  const asked = ChangesRequestSchema.safeParse(parseJson(Buffer.from(request).toString()));
  if (!asked.success) return JSON.stringify({ problem: "not a request for changes" });
  const { marks } = asked.data;
  const since: [string, NatsConnection][] = [
    [here, sources.auth.connection],
    ...sources.peers.map(({ region, connection }): [string, NatsConnection] => [
      region,
      connection,
    ]),
  ];
  const read = await Promise.all(
    since.map(async ([name, connection]) => ({
      name,
      changes: await changesSince(connection, marks[name]).catch(() => undefined),
    })),
  );
  const reply: ChangesReply = {
    sources: Object.fromEntries(
      read.flatMap(({ name, changes }) => (changes ? [[name, changes]] : [])),
    ),
    unread: read.flatMap(({ name, changes }) => (changes ? [] : [name])),
  };
  return JSON.stringify(reply);
}
