import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Region } from "../../test/support/local-region.ts";
import { connectAs, readStream } from "../../test/support/stored.ts";
import { startTestRegion } from "../../test/support/test-region.ts";
import { consumerDefinitions } from "../contract/consumers.ts";
import { lanes } from "../contract/lanes.ts";
import { accountOfStream, type StoreAccount, storeAccounts } from "../contract/stores.ts";
import { defaultScale, type StreamScale } from "../contract/stream-definition.ts";
import { streamMaker } from "../contract/stream-makers.ts";
import { mirrorDefinitions, streamDefinitions } from "../contract/streams.ts";
import { SendingTurn } from "../delivery/sending-turn.ts";
import { createLeaseStore } from "../inspector/partitions/lease-store.ts";
import { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import { createLog } from "../shared/log.ts";
import {
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type NatsConnection,
} from "../shared/nats.ts";
import {
  currentStreams,
  ProvisionRefused,
  provisionConsumers,
  provisionStreams,
} from "./provision.ts";
import { deliverySends, inspectorsSend, stillRepublishing } from "./republishing.ts";

const log = createLog("test", "error");
const scale = { ...defaultScale, replicas: 1 };
const ingressOf = (bytes: number) => ({ maxBytes: { ...scale.maxBytes, INGRESS: bytes } });
/** Those of one account, where one user makes them. */
const definitionsOf = (account: StoreAccount, more: Partial<StreamScale> = {}) =>
  streamDefinitions({ ...scale, ...more }).filter((each) => accountOfStream(each.name) === account);
let region: Region;
const connections: NatsConnection[] = [];
const makers = new Map<StoreAccount, JetStreamManager>();
const makerOf = (account: StoreAccount) => {
  const maker = makers.get(account);
  if (!maker) throw new Error(`nobody makes streams in ${account}`);
  return maker;
};

beforeAll(async () => {
  // Starting a region runs provision once.
  region = await startTestRegion({ core: 1, edges: 0, bridges: 0, inspectors: 0, auths: 0 });
  for (const account of storeAccounts) {
    const connection = await connectAs(region, streamMaker(account));
    connections.push(connection);
    makers.set(account, await jetstreamManager(connection));
  }
});
afterAll(async () => {
  await Promise.all(connections.map((connection) => connection.close()));
  await region?.stop();
});

describe.each(storeAccounts)("in account %s", (account) => {
  it("changes nothing the second time", async () => {
    const definitions = definitionsOf(account);
    const steps = await provisionStreams(makerOf(account), definitions, log);
    await provisionConsumers(makerOf(account), definitions, consumerDefinitions);
    expect(steps.map((step) => step.kind)).toEqual(definitions.map(() => "unchanged"));
  });

  it("finds all copies of all streams", async () => {
    const definitions = definitionsOf(account);
    expect(await currentStreams(makerOf(account), definitions)).toBe(definitions.length);
  });
});

it("makes a safe change and keeps what is stored", async () => {
  const bridge = await connectAs(region, "bridge");
  await jetstream(bridge).publish("ingress.upstream.d1", "kept");
  const definitions = definitionsOf("INTAKE", ingressOf(2 * scale.maxBytes.INGRESS));
  const steps = await provisionStreams(makerOf("INTAKE"), definitions, log);
  expect(steps.find((step) => step.stream === "INGRESS")?.kind).toBe("update");
  const inspector = await connectAs(region, "inspector");
  const stored = await readStream(inspector, "INGRESS");
  expect(stored.map((message) => message.payload)).toEqual(["kept"]);
  await Promise.all([bridge.close(), inspector.close()]);
});

it("keeps the bounds of streams that hold more than a smaller fleet's, and takes them back again", async () => {
  const [auth, inspector] = [await connectAs(region, "auth"), await connectAs(region, "inspector")];
  const megabyte = "x".repeat(1_000_000);
  for (let n = 0; n < 3; n++) {
    await jetstream(auth, { checkAPI: false }).publish("audit.auth.d1", megabyte);
    await jetstream(inspector, { checkAPI: false }).publish("reports.d1", megabyte);
  }
  const smaller = { ...scale.maxBytes, AUDIT: 2 ** 20, REPORTS: 2 ** 20, QUARANTINE: 2 ** 20 };
  const boundOf = async (name: "AUDIT" | "REPORTS" | "QUARANTINE") =>
    (await makerOf(accountOfStream(name)).streams.info(name)).config.max_bytes;

  for (const account of ["AUDIT", "CORE"] as const) {
    await provisionStreams(makerOf(account), definitionsOf(account, { maxBytes: smaller }), log);
  }

  // AUDIT would refuse every login, REPORTS would drop what it has; QUARANTINE is empty.
  expect(await boundOf("AUDIT")).toBe(scale.maxBytes.AUDIT);
  expect(await boundOf("REPORTS")).toBe(scale.maxBytes.REPORTS);
  expect(await boundOf("QUARANTINE")).toBe(2 ** 20);
  await jetstream(auth, { checkAPI: false }).publish("audit.auth.d1", "still taken");
  for (const account of ["AUDIT", "CORE"] as const) {
    const steps = await provisionStreams(makerOf(account), definitionsOf(account), log);
    const changed = steps.filter(({ kind }) => kind !== "unchanged").map(({ stream }) => stream);
    expect(changed).toEqual(account === "CORE" ? ["QUARANTINE"] : []);
  }
  await Promise.all([auth.close(), inspector.close()]);
});

it("refuses a change that would delete alerts, before it has changed anything", async () => {
  const [reports, ...others] = definitionsOf("CORE", { alertRetentionHours: 1 });
  if (!reports) throw new Error("CORE has no streams");
  const definitions = [...others.map((each) => ({ ...each, description: "changed" })), reports];
  const refused = provisionStreams(makerOf("CORE"), definitions, log);
  await expect(refused).rejects.toThrow(ProvisionRefused);
  for (const { name } of definitions) {
    const { config } = await makerOf("CORE").streams.info(name);
    expect(config.description).not.toBe("changed");
  }
});

describe("a stream of alerts that republishes, as it did before", () => {
  const republish = { src: "clients.*.alerts", dest: "deliver.{{wildcard(1)}}.alerts" };
  const [definition] = definitionsOf("ALERTS");
  if (!definition) throw new Error("there is no stream of alerts");
  /** Provisions it. @returns what it republishes now. */
  const provisioned = async (sentOtherwise: () => Promise<boolean>) => {
    const jsm = makerOf("ALERTS");
    const wanted = await stillRepublishing({ jsm, log }, definition, sentOtherwise);
    await provisionStreams(jsm, [wanted], log);
    return (await jsm.streams.info(definition.name)).config.republish;
  };
  beforeEach(async () => {
    await provisionStreams(makerOf("ALERTS"), [{ ...definition, republish }], log);
  });

  it("goes on until inspectors note that all of them send alerts themselves", async () => {
    const inspector = await connectAs(region, "inspector");
    const [js, jsm] = [jetstream(inspector), await jetstreamManager(inspector)];
    const leases = createLeaseStore({ nats: inspector, js, jsm }, lanes.alerts);
    const provisionedBy = () => provisioned(() => inspectorsSend(makerOf("INTAKE")));
    await leases.beat("inspector-0", { present: true, sends: true });
    expect(await provisionedBy()).toEqual(republish);
    await leases.noteAllSend();
    expect(await provisionedBy()).toBeUndefined();
    await inspector.close();
  });

  it("goes on, as a mirror, until delivery notes how far it has sent", async () => {
    const delivery = await connectAs(region, "delivery");
    const sent = () => deliverySends(makerOf("SEEN"), "eu-west");
    expect(await provisioned(sent)).toEqual(republish);

    const publisher = new AcknowledgedPublisher(delivery, "delivery");
    const turn = {
      connection: delivery,
      publisher,
      peer: "eu-west",
      replica: "delivery-0",
    } as const;
    await new SendingTurn({ ...turn, clock: () => performance.now() }).take();
    expect(await provisioned(sent)).toBeUndefined();
    publisher.close();
    await delivery.close();
  });

  it("goes on while nobody can tell", async () => {
    const unknown = () => Promise.reject(new Error("does not answer"));
    expect(await provisioned(unknown)).toEqual(republish);
    expect(await provisioned(async () => true)).toBeUndefined();
  });
});

it("a mirror that is made has nothing from before: what it reads is sent to devices", async () => {
  const jsm = makerOf("ALERTS");
  const inspector = await connectAs(region, "inspector");
  const alerts = jetstream(inspector);
  for (let n = 0; n < 100; n++) await alerts.publish("clients.d1.alerts", `before ${n}`);
  const small = { ...scale, maxBytes: { ...scale.maxBytes, MQTT_ALERTS: 1024 ** 2 } };
  const [definition] = mirrorDefinitions(small, { reader: "us-east", origin: "eu-west" });
  if (!definition) throw new Error("nothing is mirrored");
  // Of the same account: what is another region's, otherwise, is the way to it.
  const mirror = { name: "MQTT_ALERTS" } as typeof definition.mirror;
  const mirrors = [{ ...definition, name: "LIVE", mirror }];

  await provisionStreams(jsm, mirrors, log);
  await alerts.publish("clients.d1.alerts", "live");

  const stored = async (name: string) => {
    const { state } = await jsm.streams.info(name);
    return { messages: state.messages, last: state.last_seq };
  };
  const soon = { timeout: 60_000, interval: 20 };
  await expect.poll(() => stored("LIVE"), soon).toEqual({ messages: 1, last: 101 });
  const again = await provisionStreams(jsm, mirrors, log);
  expect(again.map((step) => step.kind)).toEqual(["unchanged"]);
  await inspector.close();
});
