import { z } from "zod";
import { isClientId } from "../../contract/client-id.ts";
import type { Login } from "./login.ts";

/** Logins in one message, which so stays below 100 KiB. */
export const newsLimit = 1_000;

const natural = z.int().nonnegative();
const NewsSchema = z.object({
  /** Servers, once each. */
  servers: z.array(z.string()).max(newsLimit),
  /** Milliseconds since 1970, from which the logins' own times count. */
  at: z.int(),
  /** Device, number of the server in the list, connection, milliseconds since `at`. */
  logins: z.array(z.tuple([z.string(), natural, natural, natural])).max(newsLimit),
});

/** At most `newsLimit` logins as one message. */
export function encodeNews(logins: readonly Login[]): string {
  const servers = [...new Set(logins.map(({ serverId }) => serverId))];
  const numbers = new Map(servers.map((serverId, number) => [serverId, number]));
  const at = Math.floor(Math.min(...logins.map(({ atMs }) => atMs)));
  const each = logins.map(({ clientId, serverId, connection, atMs }) => [
    ...[clientId, numbers.get(serverId), connection],
    Math.round(atMs - at),
  ]);
  return JSON.stringify({ servers, at, logins: each });
}

/** None of what is not such a message; without those that name no device or no server. */
export function parseNews(data: Uint8Array): readonly Login[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(data).toString("utf8"));
  } catch {
    return undefined;
  }
  const { data: news } = NewsSchema.safeParse(value);
  return news?.logins.flatMap(([clientId, number, connection, afterMs]) => {
    const serverId = news.servers[number];
    if (serverId === undefined || !isClientId(clientId)) return [];
    return [{ clientId, serverId, connection, atMs: news.at + afterMs }];
  });
}
