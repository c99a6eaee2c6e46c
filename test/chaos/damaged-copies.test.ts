/**
 * A disk loses what it has acknowledged: under load, one core server comes back with a damaged copy
 * of MQTT_ALERTS. It says that it is current. The damage is found within a minute and the copy made
 * anew as the runbook says, and no alert is lost at a connected device.
 */
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { jetstream } from "../../app/shared/nats.ts";
import { type Load, startLoad } from "../../local/load/load.ts";
import type { Region } from "../../local/region.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const rate = 200;
const victim = "core-2";
/** Of which a first block is full, so that the damage is in the middle. */
const before = 14_000;
const minute = { timeout: 60_000, interval: 500 };

let region: Region;
let load: Load | undefined;
let settings: Record<string, string>;

beforeAll(async () => {
  region = await startTestRegion();
  settings = {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
  };
  const inspector = await connectAs(region, "inspector");
  const js = jetstream(inspector, { checkAPI: false });
  const payload = "x".repeat(700);
  for (let sent = 0; sent < before; sent += 500) {
    const batch = Array.from({ length: 500 }, () => js.publish("clients.nobody.alerts", payload));
    await Promise.all(batch);
  }
  await inspector.close();
}, 120_000);
afterEach(() => load?.abort());
afterAll(() => region?.stop());

const delivered = () => load?.state().fleet.delivered ?? 0;
async function deliver(count: number): Promise<void> {
  const goal = delivered() + count;
  await expect.poll(delivered, minute).toBeGreaterThan(goal);
}

/** What doctor says of one of its checks. */
async function finding(check: string, ...args: string[]) {
  const { stdout } = await sentinel(["doctor", "--json", ...args], settings);
  const lines = stdout.trim().split("\n");
  return lines.map((line) => JSON.parse(line)).find((each) => each.check === check);
}
const copies = () => finding("copies of streams");
const readThrough = () => finding("MQTT_ALERTS read through", "--read", "MQTT_ALERTS");

const streamFolder = () =>
  join(region.directory, "state/nats", victim, "store/jetstream/ALERTS/streams/MQTT_ALERTS");

/** The first file of messages: others follow, so nobody takes its end for the stream's. */
function firstBlock(): string {
  const folder = join(streamFolder(), "msgs");
  const blocks = readdirSync(folder).filter((name) => name.endsWith(".blk"));
  expect(blocks.length).toBeGreaterThan(1);
  const [first = ""] = blocks.sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
  return join(folder, first);
}
const damages = {
  flip: () => {
    const bytes = readFileSync(firstBlock());
    const middle = bytes.length >> 1;
    bytes[middle] = (bytes[middle] ?? 0) ^ 1;
    writeFileSync(firstBlock(), bytes);
  },
  truncate: () => truncateSync(firstBlock(), statSync(firstBlock()).size >> 1),
  loseIndex: () => rmSync(join(streamFolder(), "msgs/index.db")),
};

/** The server ends in order, its disk is damaged, and it comes back. */
async function comesBackWith(...damage: (keyof typeof damages)[]): Promise<void> {
  const server = region.process(victim);
  await server.stop();
  for (const each of damage) damages[each]();
  await server.start();
}

/** What `docs/runbooks/SentinelNatsCopyDamaged.md` says: the copy is removed, then its server restarted. */
async function madeAnew(): Promise<void> {
  rmSync(streamFolder(), { recursive: true });
  await region.process(victim).stop();
  await region.process(victim).start();
}

/** Lets all of it happen under load, and counts at the devices. */
async function underLoad(trouble: () => Promise<void>): Promise<void> {
  load = await startLoad(region, { devices: 50, rate });
  await deliver(rate);
  await trouble();
  await deliver(rate);
  const result = await load.finish(60_000);
  const { outOfOrder, misdelivered } = result.fleet;
  expect({ lost: result.lost, outOfOrder, misdelivered }).toEqual({
    ...{ lost: 0, outOfOrder: 0, misdelivered: 0 },
  });
}

/** Found by its counts, made anew, whole. */
async function foundAndHealed(): Promise<void> {
  await expect.poll(copies, minute).toMatchObject({
    result: "failed",
    text: expect.stringContaining(`MQTT_ALERTS: ${victim} has`),
  });
  await madeAnew();
  await expect.poll(async () => (await copies())?.result, minute).toBe("ok");
}

it("a block that is cut off is found by its counts", async () => {
  await underLoad(async () => {
    await comesBackWith("truncate");
    await foundAndHealed();
  });
}, 240_000);

it("a lost index is made anew by the server itself; with it, a flipped bit cuts off the rest of its block, which is found", async () => {
  await underLoad(async () => {
    await comesBackWith("loseIndex");
    await expect.poll(async () => (await copies())?.result, minute).toBe("ok");
    await comesBackWith("flip", "loseIndex");
    await foundAndHealed();
  });
}, 240_000);

it("a flipped bit alone changes no count, and is found by reading", async () => {
  await underLoad(async () => {
    await comesBackWith("flip");
    expect((await copies())?.text).not.toContain("missing");
    await expect.poll(readThrough, minute).toMatchObject({ result: "failed" });
    await madeAnew();
    await expect.poll(async () => (await copies())?.result, minute).toBe("ok");
  });
  expect(await readThrough()).toMatchObject({ result: "ok" });
}, 300_000);
