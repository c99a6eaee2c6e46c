import { afterAll, beforeAll, expect, it } from "vitest";
import { startPlainNats } from "../../test/support/plain-nats.ts";
import { jetstream, type NatsConnection } from "../shared/nats.ts";
import { previewException } from "./exception-preview.ts";
import { newestFindings } from "./newest-findings.ts";

const day = 86_400_000;
let server: Awaited<ReturnType<typeof startPlainNats>>;
/** What was asked of the stream. */
const asked: string[] = [];
let connection: NatsConnection;

/** The 40 findings are of four clients, in turn. */
const stored = 40;
const clientOf = (n: number) => `pump-${n % 4}`;
const body = (n: number) =>
  JSON.stringify({
    ...{ time: n, severity_id: 4 },
    finding_info: { uid: `f${n}`, analytic: { uid: "r1", name: "Odd rate" } },
  });

beforeAll(async () => {
  server = await startPlainNats({ SECURITY_EVENTS: ["events.*.*"] });
  const js = jetstream(server.connection);
  for (let n = 1; n <= stored; n++) await js.publish(`events.pattern.${clientOf(n)}`, body(n));
  connection = new Proxy(server.connection, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]) => {
        if (name === "requestMany") asked.push(String(given[1]));
        return value.apply(target, given);
      };
    },
  });
});
afterAll(() => server?.stop());

const looking = () => {
  const nowMs = Date.now();
  return { nowMs, notBefore: nowMs - 30 * day, wanted: () => true };
};
const sequences = (found: readonly { readonly sequence: number }[]) =>
  found.map(({ sequence }) => sequence).toSorted((a, b) => a - b);
const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, n) => first + n);

it("says what would have been hidden of one client, and looks for no subject", async () => {
  asked.length = 0;
  const nowMs = Date.now();
  const wanted = { scope: { rule: "r1", client: "pump-1" }, critical: false };
  expect(await previewException(connection, wanted, { incidents: [], nowMs })).toEqual({
    ...{ hidden: 10, confirmed: 0, since: nowMs - 30 * day, complete: true },
  });
  expect(asked).toHaveLength(1);
  expect(asked[0]).toContain('"next_by_subj":">"');
});

it("reads from the end in chunks, each finding once", async () => {
  const limits = { findings: 100, atOnce: 7, ms: 15_000 };
  const { found, complete } = await newestFindings(connection, looking(), limits);
  expect(sequences(found)).toEqual(range(1, stored));
  expect(complete).toBe(true);
});

it("reads the newest where there are more than may be read, and says since when", async () => {
  const limits = { findings: 20, atOnce: 8, ms: 15_000 };
  const { found, since, complete } = await newestFindings(connection, looking(), limits);
  expect(sequences(found)).toEqual(range(21, stored));
  expect(complete).toBe(false);
  expect(Math.abs(Date.now() - since)).toBeLessThan(3_600_000);
});

it("reads nothing from before that time", async () => {
  const nowMs = Date.now() + day;
  const late = { nowMs, notBefore: nowMs, wanted: () => true };
  expect(await newestFindings(connection, late)).toEqual({
    ...{ found: [], since: nowMs, complete: true },
  });
});

it("leaves out the oldest when the time is over", async () => {
  const slow = new Proxy(connection, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (name !== "requestMany") return value;
      return async (...given: unknown[]) => {
        await new Promise((resolve) => setTimeout(resolve, 1_500));
        return value.apply(target, given);
      };
    },
  });
  const limits = { findings: 100, atOnce: 10, ms: 1_000 };
  const { found, complete } = await newestFindings(slow, looking(), limits);
  expect(sequences(found)).toEqual(range(31, stored));
  expect(complete).toBe(false);
});
