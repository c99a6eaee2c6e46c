/** Who has the meter's password keeps few devices out, and makes few records; a real flood is ended. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { subjects } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import { readBatch } from "../../app/shared/stored-messages.ts";
import type { Region } from "../../local/region.ts";
import { startAuthProcess } from "../support/auth-process.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import { connectAs, readAudit } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const perMinute = 120;
const soon = { timeout: 60_000, interval: 100 };
let region: Region;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
let meter: NatsConnection;
let asAuth: NatsConnection;
let operator: NatsConnection;

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 0 });
  auth = await startAuthProcess(region, { CUT_OFFS_PER_MINUTE: String(perMinute) });
  meter = await connectAs(region, "meter");
  asAuth = await connectAs(region, "auth");
  operator = await connectAs(region, "operator");
});
afterAll(async () => {
  await Promise.all([meter, asAuth, operator].map((connection) => connection?.close()));
  await auth?.stop();
  await region?.stop();
});

const ask = async (clientId: string): Promise<{ error?: string }> => {
  const request = JSON.stringify({ clientId, limit: "messages" });
  return (await meter.request(subjects.cutOffRequest, request, { timeout: 60_000 })).json();
};
/** So many at once that none is refused because others are in hand. */
async function askAll(ids: readonly string[]) {
  const answers = [];
  for (let n = 0; n < ids.length; n += 50) {
    answers.push(...(await Promise.all(ids.slice(n, n + 50).map(ask))));
  }
  return answers;
}
const cutOffs = async () => (await readBatch(asAuth, "CUT_OFFS", { from: { sequence: 1 } })).length;

interface Record {
  readonly status_code?: string;
  readonly status_detail?: string;
  readonly count?: number;
}
const records = () => readAudit<Record>(operator, "audit.auth.>");
const countOf = async (cause: string) => {
  const told = (await records()).filter((each) => each.status_code === "cut-offs-withheld");
  const counts = told.filter((each) => each.status_detail === cause).map(({ count = 0 }) => count);
  return { records: counts.length, count: counts.reduce((sum, each) => sum + each, 0) };
};

it("ids that are no device's are not cut off, and are counted in few records", async () => {
  const ids = Array.from({ length: 100 }, (_, n) => `made-up-${n}`);
  const answers = await askAll(ids);
  expect(new Set(answers.map(({ error }) => error))).toEqual(new Set(["there is no such device"]));
  expect(await cutOffs()).toBe(0);
  await expect.poll(async () => (await countOf("unknown")).count, soon).toBe(100);
  expect((await countOf("unknown")).records).toBeLessThanOrEqual(2);
});

it("a hundred devices at once are off within five seconds; who asks for more is counted", async () => {
  const ids = Array.from({ length: 300 }, (_, n) => `device-${n}`);
  const passwords = new Map<string, string>();
  for (const id of ids) passwords.set(id, await registerDevice(region, id));
  const flooders = await Promise.all(
    ids.slice(0, 100).map(async (clientId) => {
      const { client } = await connectDevice(region, {
        ...{ clientId, password: passwords.get(clientId) ?? "" },
      });
      return client;
    }),
  );

  const answers = await Promise.all(ids.slice(0, 100).map(ask));
  await expect.poll(() => flooders.filter((each) => each.connected).length, soon).toBe(0);

  expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);

  await askAll(ids);
  const made = await cutOffs();
  expect(made).toBeGreaterThanOrEqual(perMinute);
  expect(made).toBeLessThanOrEqual(perMinute + 50);
  await expect.poll(async () => (await countOf("limit")).count, soon).toBe(ids.length - made);
  expect((await countOf("limit")).records).toBeLessThanOrEqual(2);
  const own = (await records()).filter((each) => each.status_code === "cut-off");
  expect(own).toHaveLength(made);
  const withheld = "sentinel_auth_cut_offs_withheld_total";
  expect(await metricOf(auth, withheld, { cause: "limit" })).toBe(ids.length - made);
});
