/** What each stream of the contract does when it is full, filled by who writes it in production. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { reportGate } from "../../app/contract/service-users.ts";
import { accountOfStream, type StoreAccount } from "../../app/contract/stores.ts";
import type { StreamName } from "../../app/contract/stream-bounds.ts";
import { defaultScale } from "../../app/contract/stream-definition.ts";
import { streamMaker } from "../../app/contract/stream-makers.ts";
import { mirrorDefinitions, streamDefinitions } from "../../app/contract/streams.ts";
import { provisionStreams } from "../../app/provision/provision.ts";
import { createLog } from "../../app/shared/log.ts";
import { jetstream, jetstreamManager } from "../../app/shared/nats.ts";
import { isFull } from "../../app/shared/store-message.ts";
import type { Region } from "../../local/region.ts";
import { Connections } from "../support/connections.ts";
import { startTestRegion } from "../support/test-region.ts";

interface Fill {
  readonly whenFull: "refuses" | "drops its oldest";
  /** Who writes it in production. */
  readonly writer: string;
  readonly subject: (n: number) => string;
}

/** As `stream-bounds.ts` promises it. */
const fills: Readonly<Record<StreamName, Fill>> = {
  INGRESS: { whenFull: "refuses", writer: "bridge", subject: () => "ingress.upstream.pump-1" },
  REPORT_INGRESS: {
    whenFull: "refuses",
    writer: reportGate,
    subject: () => "ingress.device.pump-1",
  },
  MQTT_ALERTS: {
    whenFull: "drops its oldest",
    writer: "inspector",
    subject: () => "clients.pump-1.alerts",
  },
  REPORTS: {
    whenFull: "drops its oldest",
    writer: "report-inspector",
    subject: () => "reports.pump-1",
  },
  QUARANTINE: {
    whenFull: "refuses",
    writer: "report-inspector",
    subject: () => "quarantine.device.pump-1",
  },
  QUARANTINE_DECISIONS: {
    whenFull: "refuses",
    writer: "inspector",
    subject: (n) => `decisions.upstream.${n}`,
  },
  SECURITY_EVENTS: {
    whenFull: "drops its oldest",
    writer: "inspector",
    subject: () => "events.pattern.pump-1",
  },
  INCIDENTS: {
    whenFull: "drops its oldest",
    writer: "aggregator",
    subject: (n) => `incidents.state.i${n}`,
  },
  AUDIT: { whenFull: "refuses", writer: "auth", subject: () => "audit.auth.pump-1" },
  DEAD_LETTER: {
    whenFull: "drops its oldest",
    writer: "bridge",
    subject: () => "deadletter.bridge.payload-not-json",
  },
  REGISTRY_CHANGES: {
    whenFull: "drops its oldest",
    writer: "operator",
    subject: (n) => `registry.changes.pump-${n}`,
  },
  CUT_OFFS: { whenFull: "drops its oldest", writer: "auth", subject: (n) => `cutoffs.pump-${n}` },
  LOGINS: { whenFull: "drops its oldest", writer: "auth", subject: () => "logins.auth-9" },
  LAST_SEEN: { whenFull: "drops its oldest", writer: "delivery", subject: (n) => `seen.pump-${n}` },
  KV_partitions: {
    whenFull: "refuses",
    writer: "inspector",
    subject: (n) => `$KV.partitions.partition.${n}`,
  },
  "KV_report-partitions": {
    whenFull: "refuses",
    writer: "report-inspector",
    subject: (n) => `$KV.report-partitions.partition.${n}`,
  },
};
const names = Object.keys(fills) as StreamName[];

const boundBytes = 256 * 1024;
const payload = "x".repeat(8 * 1024);
/** More than fit, with whatever is stored beside a payload. */
const sent = 40;
const soon = { timeout: 60_000, interval: 50 };
const small = {
  ...defaultScale,
  maxBytes: { ...defaultScale.maxBytes, ...Object.fromEntries(names.map((n) => [n, boundBytes])) },
};

let region: Region;
let connections: Connections;

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 1 });
  connections = new Connections(region);
});
afterAll(async () => {
  await connections?.close();
  await region?.stop();
});

const as = (user: string) => connections.as(user);
const makerIn = async (account: StoreAccount) =>
  jetstreamManager(await as(streamMaker(account)), { checkAPI: false });
async function stateOf(stream: string, account = accountOfStream(stream)) {
  return (await (await makerIn(account)).streams.info(stream)).state;
}

/** Gives a stream the definition of the contract, with a bound that is soon reached. */
async function bound(name: StreamName): Promise<void> {
  const definition = streamDefinitions(small).find((each) => each.name === name);
  await (await makerIn(accountOfStream(name))).streams.update(name, { ...definition });
}
async function lift(name: StreamName): Promise<void> {
  const definition = streamDefinitions(defaultScale).find((each) => each.name === name);
  await (await makerIn(accountOfStream(name))).streams.update(name, { ...definition });
}

/** Publishes one after the other. @returns the sequence of what was taken, and how the rest failed. */
async function fill(name: StreamName) {
  const { writer, subject } = fills[name];
  const js = jetstream(await as(writer));
  const taken: number[] = [];
  const refusals: unknown[] = [];
  for (let n = 0; n < sent; n++) {
    await js.publish(subject(n), payload).then(
      ({ seq }) => taken.push(seq),
      (error) => refusals.push(error),
    );
  }
  return { taken, refusals };
}

it("every stream of the contract is filled here", () => {
  const defined = streamDefinitions(defaultScale).map((each) => each.name);
  expect(defined.toSorted()).toEqual(names.toSorted());
});

it.each(
  names.filter((name) => fills[name].whenFull === "refuses"),
)("%s refuses when it is full, says so, keeps all that it took, and takes again with room", async (name) => {
  await bound(name);
  const before = await stateOf(name);

  const { taken, refusals } = await fill(name);

  expect(taken.length).toBeGreaterThan(10);
  expect(refusals.length).toBeGreaterThan(5);
  expect(refusals.filter((error) => !isFull(error))).toEqual([]);
  const full = await stateOf(name);
  expect(full.bytes).toBeLessThanOrEqual(boundBytes);
  expect(full.messages).toBe(before.messages + taken.length);
  expect(full.last_seq).toBe(taken.at(-1));

  await lift(name);
  const { writer, subject } = fills[name];
  await jetstream(await as(writer)).publish(subject(sent), payload);
  expect((await stateOf(name)).messages).toBe(full.messages + 1);
});

it.each(
  names.filter((name) => fills[name].whenFull === "drops its oldest"),
)("%s drops its oldest when it is full, and takes all that comes", async (name) => {
  await bound(name);

  const { taken, refusals } = await fill(name);

  expect(refusals).toEqual([]);
  expect(taken).toHaveLength(sent);
  // Copies drop by themselves, each as soon as it has stored.
  await expect.poll(async () => (await stateOf(name)).bytes, soon).toBeLessThanOrEqual(boundBytes);
  const full = await stateOf(name);
  expect(full.last_seq).toBe(taken.at(-1));
  expect(full.first_seq).toBeGreaterThan(taken[0] ?? 0);
  // The latest are all there: as many as fit.
  expect(full.messages).toBe(full.last_seq - full.first_seq + 1);
  expect(full.bytes).toBeGreaterThan(boundBytes - 2 * payload.length);
  await lift(name);
});

describe("a mirror", () => {
  const log = createLog("test", "error");

  it.each(
    mirrorDefinitions(small, { reader: "us-east", origin: "eu-west" }).map(
      (mirror) => [mirror.name, mirror] as const,
    ),
  )("of %s drops its oldest when it is full, and follows to the end", async (_, definition) => {
    const original = definition.name as StreamName;
    const account = accountOfStream(original);
    const { republish: _republish, ...kept } = definition;
    // Of the same account: what is another region's, otherwise, is the way to it.
    const mirror = { name: original } as typeof definition.mirror;
    const name = `COPY_${original}`;
    await lift(original);
    await provisionStreams(await makerIn(account), [{ ...kept, name, mirror }], log);

    const { taken } = await fill(original);

    await expect.poll(async () => (await stateOf(name, account)).last_seq, soon).toBe(taken.at(-1));
    const copy = await stateOf(name, account);
    expect(copy.bytes).toBeLessThanOrEqual(boundBytes);
    expect(copy.first_seq).toBeGreaterThan(taken[0] ?? 0);
    expect((await stateOf(original)).bytes).toBeGreaterThan(boundBytes);
  });
});
