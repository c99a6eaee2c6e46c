/**
 * The core server that leads MQTT_ALERTS is killed ten times under load, a new one each time it has
 * moved, and each of the three among them: no alert is lost at a connected device. Inspectors that were
 * connected to a server that dies cannot know what it has passed on; a device may then have an alert
 * twice, and never none.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import type { StreamName } from "../../app/contract/stream-bounds.ts";
import { type JetStreamManager, jetstreamManager } from "../../app/shared/nats.ts";
import { type Load, startLoad } from "../../local/load/load.ts";
import type { Region } from "../../local/region.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const rounds = 10;
const cores = ["core-1", "core-2", "core-3"];
/** Times that one server may be killed: so none is left out, and eight rounds at least are the leader's. */
const share = 4;
const rate = 600;
const soon = { timeout: 60_000, interval: 100 };
const watched: readonly StreamName[] = ["INGRESS", "MQTT_ALERTS", "KV_partitions"];

let region: Region;
let load: Load | undefined;
let streams: JetStreamManager["streams"];

beforeAll(async () => {
  region = await startTestRegion();
  const operator = await connectAs(region, "operator");
  streams = (await jetstreamManager(operator, { checkAPI: false })).streams;
});
afterAll(async () => {
  load?.abort();
  await region?.stop();
});

const clusterOf = async (stream: StreamName) => (await streams.info(stream)).cluster;

/** Every stream has a leader and all its copies: one server may be spared. */
const whole = async () => {
  const clusters = await Promise.all(watched.map((name) => clusterOf(name).catch(() => undefined)));
  return clusters.every(
    (cluster) =>
      cluster?.leader && (cluster.replicas ?? []).filter((peer) => peer.current).length === 2,
  );
};
/** Whoever leads, or, where that one has had its share, who was killed least. */
function nextOf(leader: string, killed: readonly string[]): string {
  const times = (name: string) => killed.filter((each) => each === name).length;
  if (times(leader) < share) return leader;
  return cores.toSorted((a, b) => times(a) - times(b))[0] ?? leader;
}
const delivered = () => load?.state().fleet.delivered ?? 0;
async function deliver(count: number): Promise<void> {
  const goal = delivered() + count;
  await expect.poll(delivered, soon).toBeGreaterThan(goal);
}

it("no alert is lost", async () => {
  load = await startLoad(region, { devices: 100, rate });
  await deliver(rate);
  const killed: string[] = [];
  for (let round = 0; round < rounds; round++) {
    await expect.poll(whole, soon).toBe(true);
    const name = nextOf((await clusterOf("MQTT_ALERTS"))?.leader ?? "", killed);
    const victim = region.process(name);
    victim.kill("SIGKILL");
    await victim.exited();
    killed.push(name);
    // The others lead by then.
    await deliver(rate);
    await victim.start();
  }
  await deliver(2 * rate);
  const result = await load.finish(300_000);

  expect(killed).toHaveLength(rounds);
  expect([...new Set(killed)].toSorted()).toEqual(cores);
  expect({ lost: result.lost, ...result.fleet }).toMatchObject({
    lost: 0,
    outOfOrder: 0,
    misdelivered: 0,
  });
  expect(result.publisher.failed).toBe(0);
  // For each kill: what was sent within a second, in which cursors are moved (every half second) and what
  // was sent settles (a third of one). What had piled up is worked off at several times the rate just then.
  expect(result.fleet.duplicated).toBeLessThan(rounds * 5 * rate);
});
