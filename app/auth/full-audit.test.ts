/** While AUDIT has no room: nobody new is admitted, and who is there goes on. */
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { startAuthProcess } from "../../test/support/auth-process.ts";
import { boundStream } from "../../test/support/bounded.ts";
import { connectDevice, registerDevice } from "../../test/support/clients.ts";
import type { Region } from "../../test/support/local-region.ts";
import { metricOf } from "../../test/support/metric.ts";
import { connectAs, readStream } from "../../test/support/stored.ts";
import { startTestRegion } from "../../test/support/test-region.ts";

let region: Region;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
const soon = { timeout: 60_000, interval: 50 };
const notAuthorized = 5;

beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, auths: 0, reportGates: true };
  region = await startTestRegion({ core: 3, edges: 1, ...none });
  auth = await startAuthProcess(region, { AUDIT_OLDEST_SECONDS: "1" });
});
afterAll(async () => {
  await auth?.stop();
  await region?.stop();
});

/** The reason code of the CONNACK that turned the device away. */
const refusalOf = (clientId: string, password: string) =>
  connectDevice(region, { clientId, password }).then(
    async ({ client }) => {
      await client.endAsync(true);
      return "admitted";
    },
    (error: { code?: number }) => error.code,
  );

it("nobody new is admitted, live sessions hear and report, and with room logins go on", async () => {
  const secret = await registerDevice(region, "live-1");
  const live = await connectDevice(region, { clientId: "live-1", password: secret });
  await live.client.subscribeAsync("clients/live-1/alerts");
  const newcomer = await registerDevice(region, "newcomer");
  const inspector = await connectAs(region, "inspector");
  const reports = await connectAs(region, "report-inspector");
  // The records of these logins are on their way for a moment.
  await vi.waitFor(
    async () => expect(await metricOf(auth, "sentinel_auth_audit_outbox_records")).toBe(0),
    soon,
  );
  const lift = await boundStream(region, "AUDIT", 0);

  await vi.waitFor(
    async () => expect(await refusalOf("newcomer", newcomer)).toBe(notAuthorized),
    soon,
  );

  const unavailable = { outcome: "refuse", code: "audit-unavailable" };
  expect(await metricOf(auth, "sentinel_auth_decisions_total", unavailable)).toBeGreaterThan(0);
  inspector.publish("deliver.live-1.alerts", "alive");
  await expect.poll(() => live.received.map(({ payload }) => payload), soon).toEqual(["alive"]);
  await live.client.publishAsync("clients/live-1/reports", "reported", { qos: 1 });
  const stored = () => readStream(reports, "REPORT_INGRESS", "ingress.*.device.live-1");
  await expect.poll(async () => (await stored()).map((m) => m.payload), soon).toEqual(["reported"]);
  expect(live.client.connected).toBe(true);

  await lift();
  await vi.waitFor(
    async () => expect(await refusalOf("newcomer", newcomer)).toBe("admitted"),
    soon,
  );
  await live.client.endAsync();
  await Promise.all([inspector.close(), reports.close()]);
});
