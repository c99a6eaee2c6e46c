import { afterAll, beforeAll, expect, it } from "vitest";
import { startPlainNats } from "../../test/support/plain-nats.ts";
import { jetstream } from "../shared/nats.ts";
import { newestRecords, type RecordFilter } from "./newest-records.ts";

let nats: Awaited<ReturnType<typeof startPlainNats>>;
/** A time of storage between the two halves. */
let between = 0;

/** 40 logins of four devices in turn; among the first half a change of pump-2, and the only one of rare. */
beforeAll(async () => {
  nats = await startPlainNats({ AUDIT: ["audit.>"] });
  const js = jetstream(nats.connection);
  const login = (n: number) => js.publish(`audit.auth.pump-${n % 4}`, "{}");
  for (let n = 1; n <= 18; n++) await login(n);
  await js.publish("audit.registry.pump-2", "{}");
  await js.publish("audit.auth.rare", "{}");
  // Two that are stored within one millisecond have no time between them.
  const stored = Date.now();
  while (Date.now() <= stored + 1) await new Promise((resolve) => setTimeout(resolve, 1));
  between = Date.now();
  for (let n = 21; n <= 40; n++) await login(n);
});
afterAll(() => nats?.stop());

const usual = { records: 10_000, atOnce: 1_000, ms: 60_000 };
async function page(
  wanted: RecordFilter & { readonly limit?: number; readonly after?: number },
  limits = usual,
) {
  const read = await newestRecords(nats.connection, { limit: 100, ...wanted }, limits);
  return { ...read, sequences: read.records.map(({ sequence }) => sequence) };
}
const down = (from: number, to: number, step = 1) =>
  Array.from({ length: Math.floor((from - to) / step) + 1 }, (_, n) => from - n * step);

it("gives all, each once, however they are paged", async () => {
  const found: number[] = [];
  for (let after: number | undefined; ; ) {
    const { sequences, next } = await page({ limit: 7, ...(after !== undefined && { after }) });
    found.push(...sequences);
    if (next === undefined) break;
    after = next;
  }
  expect(found).toEqual(down(40, 1));
});

it("looks at so many for a page at most, and says where to go on", async () => {
  const bounded = { ...usual, records: 10, atOnce: 5 };
  const first = await page({ kind: "registry" }, bounded);
  expect(first).toMatchObject({ sequences: [], scanned: 10, next: 31 });
  const second = await page({ kind: "registry", after: 31 }, bounded);
  expect(second).toMatchObject({ sequences: [], scanned: 10, next: 21 });
  const third = await page({ kind: "registry", after: 21 }, bounded);
  expect(third).toMatchObject({ sequences: [19], next: 11 });
});

it("ends a page when its time is over", async () => {
  const slow = { ...usual, atOnce: 5, ms: -1 };
  expect(await page({ kind: "registry" }, slow)).toMatchObject({ sequences: [], next: 36 });
});

it("begins with a device's newest, however old that is", async () => {
  const bounded = { ...usual, records: 5, atOnce: 5 };
  expect(await page({ client: "rare" }, bounded)).toMatchObject({ sequences: [20], scanned: 5 });
  expect((await page({ client: "pump-2", kind: "registry" }, bounded)).sequences).toEqual([19]);
  expect((await page({ client: "pump-1" })).sequences).toEqual([
    ...down(37, 21, 4),
    ...down(17, 1, 4),
  ]);
});

it("keeps to a time on either side", async () => {
  expect((await page({ since: between })).sequences).toEqual(down(40, 21));
  expect((await page({ until: between })).sequences).toEqual(down(20, 1));
  expect((await page({ until: between, since: between })).sequences).toEqual([]);
  expect((await page({ client: "pump-1", until: between })).sequences).toEqual(down(17, 1, 4));
});

it("is empty for who is on record nowhere", async () => {
  expect(await page({ client: "nobody" })).toMatchObject({ sequences: [], scanned: 0 });
  expect((await page({ client: "nobody" })).next).toBeUndefined();
});
