/** Auth goes on cutting devices off when the stream of cut-offs is full and drops its oldest. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { subjects } from "../../app/contract/subjects.ts";
import type { CutOff } from "../../app/cut-off/cut-off.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";
import { readBatch } from "../../app/shared/stored-messages.ts";
import type { Region } from "../../local/region.ts";
import { startAuthProcess } from "../support/auth-process.ts";
import { boundStream } from "../support/bounded.ts";
import { registerDevice } from "../support/clients.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
let meter: NatsConnection;
let asAuth: NatsConnection;
const soon = { timeout: 60_000, interval: 100 };

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 0, bridges: 0, inspectors: 0, auths: 0 });
  auth = await startAuthProcess(region, { CUT_OFF_SECONDS: "1" });
  meter = await connectAs(region, "meter");
  asAuth = await connectAs(region, "auth");
});
afterAll(async () => {
  await Promise.all([meter?.close(), asAuth?.close()]);
  await auth?.stop();
  await region?.stop();
});

async function cutOff(clientId: string): Promise<CutOff> {
  const request = JSON.stringify({ clientId, limit: "messages" });
  return (await meter.request(subjects.cutOffRequest, request, { timeout: 60_000 })).json();
}
const stored = async (clientId: string) =>
  (await readBatch(asAuth, "CUT_OFFS", { from: { sequence: 1 } })).filter(
    ({ subject }) => subject === subjects.cutOff(clientId),
  ).length;

it("a device whose cut-off was dropped is cut off again, for as short as the first time", async () => {
  await registerDevice(region, "flooder");
  const first = await cutOff("flooder");
  expect(first.count).toBe(1);
  const lift = await boundStream(region, "CUT_OFFS", 8 * 1024);
  const other = JSON.stringify(first);
  for (let n = 0; n < 100; n++) await jetstream(asAuth).publish(subjects.cutOff(`o-${n}`), other);
  await expect.poll(() => stored("flooder"), soon).toBe(0);

  await expect.poll(async () => (await cutOff("flooder")).sinceMs, soon).not.toBe(first.sinceMs);

  const second = await cutOff("flooder");
  expect(second.count).toBe(1);
  expect(second.untilMs - second.sinceMs).toBe(1_000);
  expect(await stored("flooder")).toBe(1);
  await lift();
});
