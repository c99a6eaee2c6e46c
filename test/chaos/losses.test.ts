/**
 * Processes die under load, and every alert that the upstream broker acknowledged still reaches its
 * device in order: counted by id at the devices.
 */
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { partitionCount, partitionIds } from "../../app/contract/partitions.ts";
import { jetstreamManager } from "../../app/shared/nats.ts";
import { type Load, type LoadOptions, type LoadResult, startLoad } from "../../local/load/load.ts";
import type { Region } from "../../local/region.ts";
import { connectInTime, registerDevice } from "../support/clients.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const rate = 600;
const devices = 100;

let region: Region;
let load: Load | undefined;

beforeAll(async () => {
  region = await startTestRegion();
});
afterAll(() => region?.stop());
afterEach(() => load?.abort());

/** How many alerts have been delivered by now. */
const delivered = () => load?.state().fleet.delivered ?? 0;

async function deliveredBeyond(count: number): Promise<void> {
  await expect.poll(delivered, { timeout: 60_000, interval: 100 }).toBeGreaterThan(count);
}

/** Runs load, lets `trouble` happen in the middle of it, and counts when everything has settled. */
async function underLoad(
  trouble: () => Promise<void>,
  options: Partial<LoadOptions> = {},
): Promise<LoadResult> {
  load = await startLoad(region, { devices, rate, ...options });
  await deliveredBeyond(rate);
  await trouble();
  // Two more seconds' worth, published after the trouble.
  await deliveredBeyond(delivered() + 2 * rate);
  return load.finish(60_000);
}

/** Who lost its server, or was replaced, has perhaps sent an alert that is then sent again. */
function expectWhole(result: LoadResult, { repeats = 0 } = {}): void {
  expect({ lost: result.lost, ...result.fleet }).toMatchObject({
    lost: 0,
    outOfOrder: 0,
    misdelivered: 0,
  });
  expect(result.fleet.duplicated).toBeLessThanOrEqual(repeats);
  expect(result.publisher.failed).toBe(0);
  expect(result.fleet.delivered).toBe(result.publisher.acknowledged);
}

async function ingressLeader(): Promise<string> {
  const connection = await connectAs(region, "operator");
  try {
    const jsm = await jetstreamManager(connection, { checkAPI: false });
    const { cluster } = await jsm.streams.info("INGRESS");
    if (!cluster?.leader) throw new Error("INGRESS has no leader");
    return cluster.leader;
  } finally {
    await connection.close();
  }
}

/** Kills a process for good, and starts it again when the others had time to take over. */
async function killAndRestart(name: string, downMs: number): Promise<void> {
  const victim = region.process(name);
  victim.kill("SIGKILL");
  await victim.exited();
  await delay(downMs);
  await victim.start();
}

describe("kill -9 under 600 alerts a second", () => {
  it("of the core server that leads INGRESS", async () => {
    const leader = await ingressLeader();
    expectWhole(await underLoad(() => killAndRestart(leader, 8_000)), { repeats: 2 * rate });
  });

  it("of a bridge", async () => {
    expectWhole(await underLoad(() => killAndRestart("bridge-1", 3_000)));
  });

  it("of an inspector", async () => {
    expectWhole(await underLoad(() => killAndRestart("inspector-1", 6_000)), { repeats: 3 * rate });
  });

  it("of Mosquitto, twice, with publishers that keep alerts until they are confirmed", async () => {
    const journals = join(region.directory, "state", "publisher");
    const result = await underLoad(
      async () => {
        await killAndRestart("mosquitto", 500);
        await deliveredBeyond(delivered() + rate);
        await killAndRestart("mosquitto", 2_000);
      },
      { journals },
    );
    expectWhole(result);
    expect(result.publisher.acknowledged).toBe(result.publisher.sent);
  });

  it("of an auth, while new devices log in", async () => {
    const result = await underLoad(async () => {
      const victim = region.process("auth-1");
      victim.kill("SIGKILL");
      await victim.exited();
      // The other replica admits every device that comes now.
      for (const id of ["late-1", "late-2", "late-3"]) {
        const password = await registerDevice(region, id);
        const { client } = await connectInTime(region, { clientId: id, password });
        await client.endAsync(true);
      }
      await victim.start();
    });
    expectWhole(result);
  });
});

it("an inspector that sleeps for ten seconds and wakes up loses and reorders nothing", async () => {
  const result = await underLoad(async () => {
    const sleeper = region.process("inspector-1");
    await sleeper.suspend();
    await delay(10_000);
    sleeper.resume();
  });
  expectWhole(result, { repeats: 3 * rate });
});

it("JetStream away for ten seconds: what the bridges held unstored is still Mosquitto's to deliver", async () => {
  const cores = [1, 2, 3].map((n) => region.process(`core-${n}`));
  const bridges = [1, 2].map((n) => region.process(`bridge-${n}`));
  const result = await underLoad(async () => {
    await Promise.all(cores.map((core) => core.suspend()));
    await delay(5_000);
    // Had a bridge acknowledged anything that is only in its memory, it would be lost now.
    for (const bridge of bridges) bridge.kill("SIGKILL");
    await Promise.all(bridges.map((bridge) => bridge.exited()));
    await delay(5_000);
    for (const core of cores) core.resume();
    await Promise.all(bridges.map((bridge) => bridge.start()));
  });
  expectWhole(result, { repeats: 2 * rate });
});

it("every partition has an owner again after all of that", async () => {
  const connection = await connectAs(region, "inspector");
  const jsm = await jetstreamManager(connection, { checkAPI: false });
  const owners = async () => {
    const found = await Promise.all(
      partitionIds(partitionCount).map((id) =>
        jsm.streams.getMessage("KV_partitions", { last_by_subj: `$KV.partitions.partition.${id}` }),
      ),
    );
    return new Set(found.map((entry) => entry?.json<{ owner: string }>().owner));
  };
  await expect.poll(owners, { timeout: 60_000 }).toEqual(new Set(["inspector-1", "inspector-2"]));
  await connection.close();
});
