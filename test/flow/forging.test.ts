/** A leaked password of a service can cause what that service must, and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { publishable } from "../../app/contract/service-user.ts";
import { reportGate, serviceUsers } from "../../app/contract/service-users.ts";
import { accountOfStream, storeAccounts, stores } from "../../app/contract/stores.ts";
import { streamMaker } from "../../app/contract/stream-makers.ts";
import { subjects, topics } from "../../app/contract/subjects.ts";
import { jetstream, jetstreamManager, type NatsConnection } from "../../app/shared/nats.ts";
import { readBatch } from "../../app/shared/stored-messages.ts";
import type { Region } from "../../local/region.ts";
import { connectDevice, type Inbox, registerDevice } from "../support/clients.ts";
import { Connections } from "../support/connections.ts";
import { forge, settled } from "../support/forger.ts";
import { natsLogin } from "../support/nats-login.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

/**
 * What each may cause, by the subjects that streams get. Written down here and not taken from the
 * contract, so that whoever widens that has to widen this too.
 */
const mayCause: Readonly<Record<string, RegExp>> = {
  bridge: /^(ingress\.\d+\.upstream|deadletter\.bridge)\./,
  inspector:
    /^(clients|reports|quarantine\.upstream|decisions\.upstream|audit\.quarantine|audit\.chain\.quarantine|events|deadletter\.inspector|ingress|\$KV)\./,
  auth: /^(audit\.auth|audit\.chain\.auth|registry\.(changes|bars|observed)|cutoffs|logins|events\.login)\.|^registry\.sweep$/,
  operator: /^(audit\.registry|audit\.chain\.registry|registry\.changes)\./,
  console: /^(audit\.registry|audit\.chain\.registry|registry\.changes)\./,
  mender: /^audit\.(copies|chain\.copies)\./,
  delivery: /^(seen|positions|sent)\./,
  aggregator: /^incidents\./,
  meter: /^events\.anomaly\./,
  [reportGate]: /^(ingress\.\d+\.device|events\.anomaly)\./,
  // Who makes the streams of an account can cause whatever can be caused in it.
  "provision-intake": /^(ingress|\$KV)\./,
  "report-inspector":
    /^(reports|quarantine\.device|decisions\.device|audit\.quarantine|audit\.chain\.quarantine|events|deadletter\.inspector|ingress\.\d+\.device|\$KV\.report-partitions)\./,
  "provision-report-intake": /^(ingress|\$KV)\./,
  "provision-alerts": /^clients\./,
  "provision-core": /^(reports|quarantine|decisions|events|incidents|deadletter)\./,
  "provision-audit": /^audit\./,
  "provision-changes": /^(registry|logins)\./,
  "provision-limits": /^cutoffs\./,
  "provision-seen": /^(seen|positions|sent)\./,
};
/** Whose leaked password makes devices believe in alerts. */
const mayAlert = ["inspector", "provision-alerts", "delivery"];
const nothing = /^(?!)/;

const allStreams = storeAccounts.flatMap((account) => [...stores[account]]);
let region: Region;
let victim: Inbox;
let witness: NatsConnection;
let connections: Connections;

const as = (user: string) => connections.as(user);

beforeAll(async () => {
  region = await startTestRegion({ edges: 1, bridges: 0, inspectors: 0, auths: 1 });
  connections = new Connections(region);
  const secret = await registerDevice(region, "victim");
  victim = await connectDevice(region, { clientId: "victim", password: secret });
  await victim.client.subscribeAsync(topics.alerts("victim"));
  witness = await as("inspector");
  // Bytes of the attacker's choice are in every stream, as they would be after a while.
  const seeds: readonly [string, string][] = [
    ["bridge", "ingress.upstream.seed"],
    ["bridge", "deadletter.bridge.seed"],
    ["inspector", "clients.seed.alerts"],
    ["inspector", "reports.seed"],
    ["inspector", "quarantine.upstream.seed"],
    ["inspector", "events.pattern.seed"],
    ["aggregator", "incidents.state.seed"],
    ["inspector", "$KV.partitions.partition.3"],
    ["report-inspector", "$KV.report-partitions.partition.3"],
    ["operator", "audit.registry.seed"],
    ["operator", "registry.changes.seed"],
    ["auth", "logins.seed"],
  ];
  for (const [user, subject] of seeds) await jetstream(await as(user)).publish(subject, "forged");
});
afterAll(async () => {
  await victim?.client.endAsync(true);
  await connections?.close();
  await region?.stop();
});

async function infoOf(stream: string) {
  const maker = await as(streamMaker(accountOfStream(stream)));
  const jsm = await jetstreamManager(maker, { checkAPI: false });
  const { config, state } = await jsm.streams.info(stream);
  return { config, last: state.last_seq, messages: state.messages };
}
const look = async () =>
  Object.fromEntries(await Promise.all(allStreams.map(async (s) => [s, await infoOf(s)] as const)));

const readers = {
  ALERTS: "operator",
  CORE: "operator",
  AUDIT: "operator",
  INTAKE: "inspector",
  REPORT_INTAKE: "report-inspector",
  CHANGES: "auth",
  LIMITS: "auth",
  SEEN: "delivery",
};

/** The subjects of what a stream has got since. */
async function addedTo(stream: string, after: number): Promise<string[]> {
  const reader = await as(readers[accountOfStream(stream)]);
  const added = await readBatch(reader, stream, { from: { sequence: after + 1 } });
  return added
    .filter(({ subject, data }) => subject !== subjects.registrySweep || data.length > 0)
    .map(({ subject }) => subject);
}

/** What devices and services do all the time goes on, and is heard by nobody else. */
async function honestTraffic(id: string): Promise<void> {
  const alert = JSON.stringify({ id });
  await jetstream(witness).publish(subjects.alerts("victim"), alert);
  witness.publish(subjects.delivery("victim"), alert);
  await expect
    .poll(() => victim.received.map(({ payload }) => payload), { timeout: 60_000 })
    .toContain(alert);
  const answer = await witness.request(subjects.registryStatus, '["victim"]', { timeout: 60_000 });
  expect(answer.json()).toEqual({ victim: "active" });
  const audit = await (await as("operator")).request("$JS.API.STREAM.INFO.AUDIT");
  expect(audit.json()).toMatchObject({ config: { name: "AUDIT" } });
}

describe.each(
  serviceUsers.map((user) => [user.name, user] as const),
)("with the password of %s", (name, user) => {
  it("nothing is heard, written, changed or deleted but what that service must", async () => {
    const before = await settled(look);
    const seen = victim.received.length;
    const attacker = await connectAs(region, name);
    const own = publishable(user)
      .filter((subject) => !subject.startsWith("$") || subject.startsWith("$KV"))
      .map((subject) => subject.replaceAll("*", "victim").replace(">", "partition.3"));
    // By right: of the inspector what was inspected, of who makes streams their shape.
    const spared =
      name === "inspector"
        ? ["INGRESS"]
        : name === "report-inspector"
          ? ["REPORT_INGRESS"]
          : allStreams.filter((s) => streamMaker(accountOfStream(s)) === name);
    const heard = await forge(attacker, { streams: allStreams, own, spared });
    await honestTraffic(`honest ${name}`);
    const after = await settled(look);
    await attacker.close();

    const allowed = mayCause[name] ?? nothing;
    for (const stream of allStreams) {
      const [was, is] = [before[stream], after[stream]];
      expect(is?.config).toEqual(was?.config);
      const added = await addedTo(stream, was?.last ?? 0);
      if (stream === "MQTT_ALERTS") added.splice(added.indexOf(subjects.alerts("victim")), 1);
      expect([...new Set(added.filter((each) => !allowed.test(each)))], stream).toEqual([]);
      const kept = ["REGISTRY_CHANGES", "LAST_SEEN", "KV_partitions"].includes(stream);
      if (!kept) expect(is?.messages, stream).toBeGreaterThanOrEqual(was?.messages ?? 0);
    }
    const got = victim.received.slice(seen).map(({ payload }) => payload);
    const honest = JSON.stringify({ id: `honest ${name}` });
    if (!mayAlert.includes(name)) expect(got).toEqual([honest]);
    const foreign = heard().filter((subject) => !user.subscribe.includes(subject));
    expect([...new Set(foreign)]).toEqual([]);
  });
});

describe("at an edge", () => {
  it.each([
    reportGate,
    "bridge",
    "provision-devices",
  ])("the name of %s opens no connection of NATS and no MQTT session", async (user) => {
    const port = region.layout.edges[0]?.client ?? 0;
    const said = await natsLogin(region, { port, user, pass: "any" });
    expect(said).toMatch(/Authorization Violation/);
    const session = connectDevice(region, { clientId: "any", username: user, password: "any" });
    await expect(session).rejects.toThrow(/Not authorized/);
  });

  it("a device may be called as a service is", async () => {
    const password = await registerDevice(region, "bridge");
    const device = await connectDevice(region, { clientId: "bridge", password });
    await device.client.endAsync();
  });
});
