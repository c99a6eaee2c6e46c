import { afterAll, beforeAll, expect, it } from "vitest";
import type { Region } from "../../test/support/local-region.ts";
import { connectAs, readStream } from "../../test/support/stored.ts";
import { startTestRegion } from "../../test/support/test-region.ts";
import { defaultScale, mirrorDefinitions, streamDefinitions } from "../contract/streams.ts";
import { createLog } from "../shared/log.ts";
import {
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type NatsConnection,
} from "../shared/nats.ts";
import { currentStreams, ProvisionRefused, provisionStreams } from "./provision.ts";

const log = createLog("test", "error");
const scale = { ...defaultScale, replicas: 1 };
const ingressOf = (bytes: number) => ({
  ...scale,
  maxBytes: { ...scale.maxBytes, INGRESS: bytes },
});
let region: Region;
let connection: NatsConnection;
let jsm: JetStreamManager;

beforeAll(async () => {
  // Starting a region runs provision once.
  region = await startTestRegion({ core: 1, edges: 0, bridges: 0, inspectors: 0, auths: 0 });
  connection = await connectAs(region, "provision");
  jsm = await jetstreamManager(connection);
});
afterAll(async () => {
  await connection?.close();
  await region?.stop();
});

it("changes nothing the second time", async () => {
  const steps = await provisionStreams(jsm, streamDefinitions(scale), log);
  expect(steps.map((step) => step.kind)).toEqual(steps.map(() => "unchanged"));
});

it("finds all copies of all streams", async () => {
  const definitions = streamDefinitions(scale);
  expect(await currentStreams(jsm, definitions)).toBe(definitions.length);
});

it("makes a safe change and keeps what is stored", async () => {
  const bridge = await connectAs(region, "bridge");
  await jetstream(bridge).publish("ingress.upstream.d1", "kept");
  const definitions = streamDefinitions(ingressOf(2 * scale.maxBytes.INGRESS));
  const steps = await provisionStreams(jsm, definitions, log);
  expect(steps.find((step) => step.stream === "INGRESS")?.kind).toBe("update");
  const inspector = await connectAs(region, "inspector");
  const stored = await readStream(inspector, "INGRESS");
  expect(stored.map((message) => message.payload)).toEqual(["kept"]);
  await Promise.all([bridge.close(), inspector.close()]);
});

it("refuses a change that would delete alerts, before it has changed anything", async () => {
  const definitions = streamDefinitions({
    ...ingressOf(10 ** 9),
    alertRetentionHours: 1,
  });
  await expect(provisionStreams(jsm, definitions, log)).rejects.toThrow(ProvisionRefused);
  const ingress = await jsm.streams.info("INGRESS");
  expect(ingress.config.max_bytes).not.toBe(10 ** 9);
});

it("a mirror that is made republishes nothing from before; one that only stores has it all", async () => {
  const inspector = await connectAs(region, "inspector");
  const alerts = jetstream(inspector);
  for (let n = 0; n < 100; n++) await alerts.publish("clients.d1.alerts", `before ${n}`);
  const mirrors = ["LIVE", "STORED"].map((name) => {
    const [definition] = mirrorDefinitions(scale, "eu-west");
    if (!definition) throw new Error("nothing is mirrored");
    const { republish, ...kept } = definition;
    // Of the same account: what is another region's, otherwise, is the way to it.
    const mirror = { name: "MQTT_ALERTS" } as typeof definition.mirror;
    return { ...kept, name, mirror, ...(name === "LIVE" && republish && { republish }) };
  });

  await provisionStreams(jsm, mirrors, log);
  await alerts.publish("clients.d1.alerts", "live");

  const stored = async (name: string) => {
    const { state } = await jsm.streams.info(name);
    return { messages: state.messages, last: state.last_seq };
  };
  const soon = { timeout: 10_000, interval: 20 };
  await expect.poll(() => stored("STORED"), soon).toEqual({ messages: 101, last: 101 });
  await expect.poll(() => stored("LIVE"), soon).toEqual({ messages: 1, last: 101 });
  const again = await provisionStreams(jsm, mirrors, log);
  expect(again.map((step) => step.kind)).toEqual(["unchanged", "unchanged"]);
  await inspector.close();
});
