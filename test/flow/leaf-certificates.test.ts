/** The certificates of the links between regions are renewed while alerts flow: the new ones are shown, and nothing is lost. */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { RegionName } from "../../app/contract/regions.ts";
import { subjects } from "../../app/contract/subjects.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";
import { type Authority, createAuthority } from "../../local/authority.ts";
import { issueCertificates } from "../../local/certificates.ts";
import { startDelivery } from "../support/delivery-process.ts";
import { eventually } from "../support/inspection.ts";
import { type LinkedRegions, startLinkedRegions } from "../support/linked-regions.ts";
import { metricOf } from "../support/metric.ts";
import { connectNatsDevice, type NatsDevice } from "../support/nats-device.ts";
import { servedCertificate } from "../support/served-certificate.ts";
import type { SourceProcess } from "../support/source-process.ts";
import { connectAs } from "../support/stored.ts";

/** A mirror whose first request found nobody asks again after 40 seconds. */
const within = { timeout: 60_000, interval: 20 };
const statedMs = 10_000;
const [origin, reader]: readonly [RegionName, RegionName] = ["us-east", "eu-west"];
let authority: Authority;
let regions: LinkedRegions;
let device: NatsDevice;
let writer: NatsConnection;
let delivery: SourceProcess;

beforeAll(async () => {
  authority = await createAuthority("test CA");
  regions = await startLinkedRegions([origin, reader], undefined, (certificates) =>
    issueCertificates(certificates, authority),
  );
  device = await connectNatsDevice(regions.of(reader), "d1");
  writer = await connectAs(regions.of(origin), "inspector");
  delivery = await startDelivery(regions.of(reader), "delivery-1", { PEERS: origin });
  // A mirror begins with the present: which that is shows in what comes first.
  await eventually(
    async () => {
      await jetstream(writer).publish(subjects.alerts("d1"), "is it there?");
      return device.received.length;
    },
    (count) => count > 0,
  );
  await jetstream(writer).publish(subjects.alerts("d1"), "it is");
  await eventually(
    () => device.received.at(-1),
    (text) => text === "it is",
  );
});
afterAll(async () => {
  await device?.close();
  await writer?.close();
  await delivery?.stop();
  await regions?.stop();
});

/** Stores numbered alerts for the device, fifty a second, until it is stopped. */
function storeSteadily() {
  const stored: string[] = [];
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      const alert = `alert ${stored.length}`;
      await jetstream(writer).publish(subjects.alerts("d1"), alert);
      stored.push(alert);
      await delay(20);
    }
  })();
  const stop = async () => {
    stopped = true;
    await running;
  };
  return { stored, stop };
}

/** How many alerts of the other region were sent to devices. */
const sent = () => metricOf(delivery, "sentinel_delivery_mirrored_alerts_total");

/** What came of the load. */
const came = () => device.received.filter((text) => text.startsWith("alert "));

/** What each side shows to whoever dials in, as a peer that proves itself sees it. */
const shown = () =>
  Promise.all(
    [origin, reader].map((region) => {
      const { caFile, leaf } = regions.of(region).certificates;
      const peer = region === origin ? reader : origin;
      return servedCertificate(regions.leafPort(region), { caFile, own: leaf(peer) });
    }),
  );
const issued = () =>
  [origin, reader].map((region) => {
    const { certFile } = regions.of(region).certificates.leaf(region);
    return new X509Certificate(readFileSync(certFile)).fingerprint256;
  });

it("with a line that breaks afterwards, too: an alert of another region is sent once and in order", async () => {
  const sentBefore = await sent();
  const load = storeSteadily();
  const count = () => came().length;
  await expect.poll(count, within).toBeGreaterThan(50);
  const old = await shown();
  expect(old).toEqual(issued());

  await issueCertificates(dirname(regions.of(origin).certificates.caFile), authority);
  const renewedMs = performance.now();
  for (const region of [origin, reader]) regions.of(region).process("core-1").kill("SIGHUP");
  await expect.poll(shown, within).toEqual(issued());
  const shownMs = performance.now() - renewedMs;
  const before = count();
  await expect.poll(count, within).toBeGreaterThan(before + 50);
  // What stands keeps its certificate: the next connection proves that both sides take the new ones.
  const line = regions.link(reader, origin);
  line.cut();
  await delay(500);
  line.mend();
  const after = load.stored.length;
  await expect.poll(count, within).toBeGreaterThan(after + 50);
  await load.stop();

  await expect.poll(sent, within).toBe(sentBefore + load.stored.length);
  // One that crossed accounts in the moment of the reload nats-server may drop on its way to the device.
  const numbers = came().map((alert) => load.stored.indexOf(alert));
  expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
  expect(numbers.at(-1)).toBe(load.stored.length - 1);
  expect(old).not.toContain(issued()[0]);
  expect(shownMs).toBeLessThan(statedMs);
  if (process.env["TEST_FIGURES"]) console.log({ shownMs, alerts: load.stored.length });
});
