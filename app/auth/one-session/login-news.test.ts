import { expect, it } from "vitest";
import type { Login } from "./login.ts";
import { encodeNews, newsLimit, parseNews } from "./login-news.ts";

const serverId = (n: number) => `N${String(n).padStart(55, "A")}`;
const logins = (count: number): readonly Login[] =>
  Array.from({ length: count }, (_, n) => ({
    clientId: `pump-${n}`.padEnd(64, "x"),
    serverId: serverId(n % 27),
    connection: 1_000_000 + n,
    atMs: 1_800_000_000_000 + n,
  }));
const bytes = (text: string) => new Uint8Array(Buffer.from(text));

it("brings every login as it was", () => {
  const told = logins(newsLimit);
  expect(parseNews(bytes(encodeNews(told)))).toEqual(told);
});

it("stays below what one message may be, with the longest ids there are", () => {
  expect(encodeNews(logins(newsLimit)).length).toBeLessThan(128 * 1024);
});

it.each([
  "",
  "[]",
  "{}",
  '{"servers":[],"at":1,"logins":[["pump-7",0,1]]}',
])("is not %j", (text) => {
  expect(parseNews(bytes(text))).toBeUndefined();
});

it("leaves out what names no device or no server of its list", () => {
  const some = [
    ["a.b", 0, 1, 0],
    ["pump-7", 9, 1, 0],
    ["pump-8", 0, 5, 2],
  ];
  const text = JSON.stringify({ servers: [serverId(1)], at: 10, logins: some });
  expect(parseNews(bytes(text))).toEqual([
    { clientId: "pump-8", serverId: serverId(1), connection: 5, atMs: 12 },
  ]);
});
