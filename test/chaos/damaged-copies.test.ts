/**
 * A disk loses what it has acknowledged: under load, one core server comes back with a damaged copy
 * of MQTT_ALERTS. It says that it is current. The damage is found, the copy is made anew by the process
 * beside the server and on record, and no alert is lost at a connected device.
 */
import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { jetstream, type NatsConnection } from "../../app/shared/nats.ts";
import { type Load, startLoad } from "../../local/load/load.ts";
import type { Region } from "../../local/region.ts";
import { metricOf } from "../support/metric.ts";
import { connectAs, readAudit } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const rate = 200;
const victim = "core-2";
const mender = "mender-2";
const other = "core-3";
/** Of which a first block is full, so that the damage is in the middle. */
const before = 14_000;
const minute = { timeout: 60_000, interval: 500 };
const slowly = { timeout: 150_000, interval: 500 };
/** Two looks, a lame duck, a start, and all of a copy. */
const healing = { timeout: 180_000, interval: 500 };

let region: Region;
let load: Load | undefined;
let settings: Record<string, string>;
let operator: NatsConnection;

beforeAll(async () => {
  region = await startTestRegion({ menders: true });
  operator = await connectAs(region, "operator");
  settings = {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
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
afterAll(async () => {
  await operator?.close();
  await region?.stop();
});

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

interface Mending {
  readonly status: string;
  readonly unmapped: { readonly server: string; readonly copies: readonly { missing: number }[] };
}
const mendings = async (status: string) =>
  (await readAudit<Mending>(operator, "audit.copies.*")).filter((each) => each.status === status);

/** The copy was made anew by itself: on record before and after, with nothing to be found any more. */
async function healed(before: readonly Mending[]): Promise<void> {
  await expect.poll(() => mendings("Success"), healing).toHaveLength(before.length + 1);
  await expect.poll(async () => (await copies())?.result, minute).toBe("ok");
}

/** As the runbook says: the server reads all of its copy, and finds what is damaged. */
function orderReading(): void {
  const folder = join(region.directory, "state/nats", victim);
  writeFileSync(join(folder, "orders"), "read-anew ALERTS MQTT_ALERTS\n");
  process.kill(Number(readFileSync(join(folder, "nats.pid"), "utf8")), "SIGUSR2");
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

it("a block that is cut off is found by its counts, and made anew once both other copies are whole", async () => {
  const process = { url: region.endpoints.processUrls.get(mender) ?? "" };
  const awaitsOthers = () => metricOf(process, "sentinel_mender_held", { reason: "others-away" });
  await underLoad(async () => {
    await region.process(mender).stop();
    await comesBackWith("truncate");
    await expect.poll(copies, minute).toMatchObject({
      result: "failed",
      text: expect.stringContaining(`MQTT_ALERTS: ${victim} has`),
    });

    await region.process(other).stop();
    await region.process(mender).start();
    await expect.poll(awaitsOthers, minute).toBe(1);
    expect(await mendings("Requested")).toEqual([]);

    await region.process(other).start();
    await healed([]);
    expect(await awaitsOthers()).toBe(0);
  });
  expect(await mendings("Requested")).toMatchObject([
    { unmapped: { server: victim, copies: [{ stream: "MQTT_ALERTS" }] } },
  ]);
}, 360_000);

it("a lost index is made anew by the server itself; with it, a flipped bit cuts off the rest of its block, and the copy is made anew", async () => {
  await underLoad(async () => {
    const before = await mendings("Success");
    await comesBackWith("loseIndex");
    await expect.poll(async () => (await copies())?.result, minute).toBe("ok");
    expect(await mendings("Success")).toEqual(before);
    await comesBackWith("flip", "loseIndex");
    await healed(before);
  });
}, 360_000);

it("a flipped bit alone changes no count, is found by reading, and heals once the server reads its copy anew", async () => {
  await underLoad(async () => {
    const before = await mendings("Success");
    await comesBackWith("flip");
    expect((await copies())?.text).not.toContain("missing");
    // A reading of everything under load, while other tests run as well.
    await expect.poll(readThrough, slowly).toMatchObject({ result: "failed" });
    orderReading();
    await healed(before);
  });
  expect(await readThrough()).toMatchObject({ result: "ok" });
  expect((await sentinel(["audit", "verify"], settings)).stdout).toMatch(/^intact: /m);
}, 420_000);
