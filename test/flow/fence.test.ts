/** What one connection of a device sends is bounded before its edge reads it. On real servers and the real kernel. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { connectionLimits } from "../../app/contract/limits.ts";
import { topics } from "../../app/contract/subjects.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import { kernelTakesRules, nft } from "../support/nft.ts";
import { connectRawDevice, packets, type RawDevice } from "../support/raw-device.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
const soon = { timeout: 60_000, interval: 50 };
const reportBytes = 8 * 1024;

const tables = () => nft(["list", "tables"]);
const ofFence = (metric: string) =>
  metricOf({ url: `http://127.0.0.1:${region.layout.operations.get("fence-1")}` }, metric);

/** Reports of a device that its edge has read. */
async function readOf(clientId: string): Promise<number> {
  const monitor = `http://127.0.0.1:${region.layout.edges[0]?.monitor}`;
  const answer = await fetch(`${monitor}/connz?mqtt_client=${clientId}`);
  const { connections } = (await answer.json()) as { connections: { in_msgs: number }[] };
  return connections[0]?.in_msgs ?? 0;
}

describe.skipIf(!kernelTakesRules())("a connection of a device", () => {
  beforeAll(async () => {
    // Nobody counts what is sent, and nobody is cut off for it.
    const none = { bridges: 0, inspectors: 0, reportGates: false };
    region = await startTestRegion({ ...none, edges: 1, auths: 1, fence: true });
  });
  afterAll(() => region?.stop());

  let numbered = 0;
  let flooder: RawDevice;
  let clientId: string;
  let beganMs: number;
  beforeEach(async () => {
    clientId = `flooder-${++numbered}`;
    const password = await registerDevice(region, clientId);
    beganMs = performance.now();
    flooder = await connectRawDevice(region, { clientId, password });
  });
  afterEach(() => flooder.socket.destroy());

  /** Hands so many reports to the connection at once. */
  function send(count: number): void {
    const report = packets.publish(topics.reports(clientId), Buffer.alloc(reportBytes));
    for (let n = 0; n < count; n++) flooder.socket.write(report);
  }

  it("lets no more of a flood through than a connection may send, and its neighbour at once", async () => {
    const password = await registerDevice(region, "neighbour");
    const { client } = await connectDevice(region, { clientId: "neighbour", password });
    send(4_000);
    await expect.poll(() => ofFence("sentinel_fence_dropped_bytes_total"), soon).toBeGreaterThan(0);
    // It goes on, slowly.
    await expect
      .poll(async () => (await readOf(clientId)) * reportBytes, soon)
      .toBeGreaterThan(2 * connectionLimits.burstBytes);

    await client.publishAsync(topics.reports("neighbour"), "all is well", { qos: 1 });
    await client.endAsync(true);

    const { bytesPerSecond, burstBytes } = connectionLimits;
    const read = (await readOf(clientId)) * reportBytes;
    const seconds = (performance.now() - beganMs) / 1000;
    expect(read).toBeLessThan(burstBytes + bytesPerSecond * (seconds + 1));
    expect(flooder.socket.writableLength).toBeGreaterThan(0);
    expect(flooder.isClosed()).toBe(false);
  });

  it("loses nothing of what it holds back", async () => {
    const count = 80;
    send(count);
    await expect.poll(() => readOf(clientId), soon).toBe(count);
    expect(flooder.isClosed()).toBe(false);
  });

  it("is gone with its process, also with one that is killed", async () => {
    const table = `sentinel_${region.layout.edges[0]?.mqtt}`;
    expect(tables()).toContain(table);
    const fence = region.process("fence-1");
    fence.kill("SIGKILL");
    await fence.exited();
    await expect.poll(tables, soon).not.toContain(table);
    await fence.start();
    expect(tables()).toContain(table);
    await fence.stop();
    expect(tables()).not.toContain(table);
  });
});
