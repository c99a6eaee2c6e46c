import { expect, it, vi } from "vitest";
import { parseNews } from "./login-news.ts";
import { LoginTeller, untoldLimit } from "./login-teller.ts";

const login = (n: number) => ({
  ...{ clientId: `pump-${n}`, serverId: "NA", connection: n },
  atMs: 1_800_000_000_000 + n,
});
const idsIn = (message: string) =>
  (parseNews(new Uint8Array(Buffer.from(message))) ?? []).map(({ clientId }) => clientId);
const within = { timeout: 60_000, interval: 5 };

/** A teller whose messages are collected; `fails` says which attempts do not get through. */
function teller(fails: (attempt: number) => boolean = () => false) {
  const messages: string[] = [];
  const counts = { told: 0, untold: 0, attempts: 0 };
  const telling = new LoginTeller({
    gatherMs: 10,
    store: async (message) => {
      if (fails(++counts.attempts)) throw new Error("no leader");
      messages.push(message);
    },
    onTold: (logins) => {
      counts.told += logins;
    },
    onUntold: (logins) => {
      counts.untold += logins;
    },
  });
  return { telling, messages, counts };
}

it("tells ten thousand logins that come at once in ten messages of a few hundred kilobytes", async () => {
  const { telling, messages, counts } = teller();
  for (let n = 0; n < 10_000; n++) telling.tell(login(n));
  await vi.waitFor(() => expect(counts.told).toBe(10_000), within);
  expect(messages).toHaveLength(10);
  expect(messages.join("").length).toBeLessThan(400_000);
  expect(messages.flatMap(idsIn)).toEqual(Array.from({ length: 10_000 }, (_, n) => `pump-${n}`));
});

it("tells later what it could not tell at once, and each login once", async () => {
  const { telling, messages, counts } = teller((attempt) => attempt <= 3);
  for (let n = 0; n < 1_500; n++) telling.tell(login(n));
  await vi.waitFor(() => expect(counts.told).toBe(1_500), within);
  expect(messages.flatMap(idsIn)).toEqual(Array.from({ length: 1_500 }, (_, n) => `pump-${n}`));
  expect(counts.untold).toBe(0);
});

it("keeps so many while nothing gets through, and counts what it gives up", async () => {
  const { telling, counts } = teller(() => true);
  for (let n = 0; n < untoldLimit + 500; n++) telling.tell(login(n));
  await vi.waitFor(() => expect(counts.attempts).toBeGreaterThan(1), within);
  expect(counts.untold).toBe(500);
  await telling.stop();
  expect(counts.untold).toBe(untoldLimit + 500);
});

it("tells at its end what it has gathered", async () => {
  const { telling, messages } = teller();
  telling.tell(login(1));
  await telling.stop();
  expect(messages.flatMap(idsIn)).toEqual(["pump-1"]);
});
