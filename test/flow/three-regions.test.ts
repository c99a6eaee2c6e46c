/** What one region stores reaches devices in all three, and a link between them carries nothing else. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sourceAccount } from "../../app/contract/peers.ts";
import { peersOf, type RegionName, regionNames } from "../../app/contract/regions.ts";
import { defaultScale } from "../../app/contract/stream-definition.ts";
import { streamMaker } from "../../app/contract/stream-makers.ts";
import { mirrorDefinitions } from "../../app/contract/streams.ts";
import { subjects } from "../../app/contract/subjects.ts";
import { mirrorTrouble } from "../../app/provision/mirror-state.ts";
import { provisionStreams } from "../../app/provision/provision.ts";
import { createLog } from "../../app/shared/log.ts";
import {
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type NatsConnection,
} from "../../app/shared/nats.ts";
import { readLast } from "../../app/shared/stored-messages.ts";
import { leafHost } from "../../infra/regions.ts";
import { startDelivery } from "../support/delivery-process.ts";
import { connectLeaf, type LeafPeer } from "../support/leaf-peer.ts";
import { type LinkedRegions, startLinkedRegions } from "../support/linked-regions.ts";
import { connectNatsDevice, type NatsDevice } from "../support/nats-device.ts";
import { natsLogin } from "../support/nats-login.ts";
import type { SourceProcess } from "../support/source-process.ts";
import { connectAs } from "../support/stored.ts";

/** A mirror whose first request found nobody asks again after 40 seconds. */
const within = { timeout: 60_000, interval: 20 };
let regions: LinkedRegions;
let devices: Map<RegionName, NatsDevice>;
let writers: Map<RegionName, NatsConnection>;
/** Two of them in the region whose line is cut, so that one may be killed. */
let deliveries: Map<RegionName, SourceProcess>;
let second: SourceProcess;

const each = async <T>(make: (region: RegionName) => Promise<T>) =>
  new Map(await Promise.all(regionNames.map(async (name) => [name, await make(name)] as const)));

const deliveryIn = (region: RegionName, replica: string) =>
  startDelivery(regions.of(region), replica, { PEERS: peersOf(region).join(",") });

beforeAll(async () => {
  regions = await startLinkedRegions();
  devices = await each((name) => connectNatsDevice(regions.of(name), "d1"));
  writers = await each((name) => connectAs(regions.of(name), "inspector"));
  deliveries = await each((name) => deliveryIn(name, "delivery-1"));
  second = await deliveryIn("eu-west", "delivery-2");
  for (const reader of regionNames) {
    for (const origin of peersOf(reader)) {
      const follows = async () => expect(await troubleOf(reader, origin)).toBeUndefined();
      await vi.waitFor(follows, within);
    }
  }
});
afterAll(async () => {
  await Promise.all([...(devices?.values() ?? [])].map((device) => device.close()));
  await Promise.all([...(writers?.values() ?? [])].map((writer) => writer.close()));
  await Promise.all([...(deliveries?.values() ?? []), second].map((each) => each?.stop()));
  await regions?.stop();
});

/** Stores alerts for device d1 in a region and sends them there, one after the other. */
async function store(region: RegionName, title: string, count: number, bytes = 0) {
  const writer = writers.get(region);
  if (!writer) throw new Error(`nobody writes in ${region}`);
  const alerts = Array.from({ length: count }, (_, i) => `${region} ${title} ${i} `.padEnd(bytes));
  for (const alert of alerts) {
    await jetstream(writer).publish(subjects.alerts("d1"), alert);
    writer.publish(subjects.delivery("d1"), alert);
  }
  return alerts;
}

/** What the device of a region got of these, in order and as often as it came. */
const delivered = (region: RegionName, alerts: readonly string[]) => {
  const wanted = new Set(alerts);
  return devices.get(region)?.received.filter((alert) => wanted.has(alert)) ?? [];
};

async function expectOnce(region: RegionName, alerts: readonly string[]): Promise<void> {
  await expect
    .poll(() => delivered(region, alerts).length, within)
    .toBeGreaterThanOrEqual(alerts.length);
  expect(delivered(region, alerts)).toEqual(alerts);
}

/** Which replica sends in a region what comes from another one. */
async function ownerIn(region: RegionName, origin: RegionName): Promise<string> {
  const reader = await connectAs(regions.of(region), "delivery");
  try {
    const [found] = await readLast(reader, "LAST_SEEN", { subjects: [subjects.sent(origin)] });
    return JSON.parse(Buffer.from(found?.data ?? []).toString()).owner;
  } finally {
    await reader.close();
  }
}

/** Does something with the stream that a region keeps of another's alerts. */
async function withMirror<T>(
  reader: RegionName,
  origin: RegionName,
  act: (jsm: JetStreamManager) => Promise<T>,
): Promise<T> {
  const connection = await connectAs(regions.of(reader), streamMaker(sourceAccount(origin)));
  try {
    return await act(await jetstreamManager(connection));
  } finally {
    await connection.close();
  }
}

const troubleOf = (reader: RegionName, origin: RegionName) =>
  withMirror(reader, origin, async (jsm) =>
    mirrorTrouble((await jsm.streams.info("MQTT_ALERTS")).mirror),
  );

describe("an alert that any region stored", () => {
  it("is delivered to a device in each region, once", async () => {
    const stored = await each((region) => store(region, "first", 20));
    for (const alerts of stored.values()) {
      for (const region of regionNames) await expectOnce(region, alerts);
    }
  });

  it("follows however much went before, beyond what is sent without flow control", async () => {
    const alerts = await store("us-east", "large", 100, 60_000);
    for (const region of regionNames) await expectOnce(region, alerts);
  });

  it("comes late, once and in order when the line was cut", async () => {
    const before = await store("us-east", "before", 20);
    await expectOnce("eu-west", before);
    regions.link("eu-west", "us-east").cut();
    const meanwhile = await store("us-east", "meanwhile", 50);
    await expectOnce("ap-south", meanwhile);
    expect(delivered("eu-west", meanwhile)).toEqual([]);
    regions.link("eu-west", "us-east").mend();
    const after = await store("us-east", "after", 20);
    await expectOnce("eu-west", [...meanwhile, ...after]);
  });
});

describe("who sends what a mirror brings", () => {
  it("is one replica; when it is killed, the next goes on where it was", async () => {
    const owner = await ownerIn("eu-west", "us-east");
    const victim = owner.startsWith("delivery-2 ") ? second : deliveries.get("eu-west");
    victim?.kill("SIGKILL");
    const alerts = await store("us-east", "after a kill", 30);
    await expect.poll(() => new Set(delivered("eu-west", alerts)), within).toEqual(new Set(alerts));
    expect([...new Set(delivered("eu-west", alerts))]).toEqual(alerts);
    expect(await ownerIn("eu-west", "us-east")).not.toBe(owner);
    const after = await store("us-east", "after that", 10);
    await expectOnce("eu-west", after);
  });
});

describe("a link", () => {
  it("carries no interest of a device, in any direction", async () => {
    for (const region of regionNames) {
      const [core] = regions.of(region).layout.cores;
      const response = await fetch(`http://127.0.0.1:${core?.monitor}/leafz?subs=1`);
      const { leafs } = (await response.json()) as { leafs: { subscriptions_list: string[] }[] };
      expect(leafs).toHaveLength(2 * peersOf(region).length);
      for (const { subscriptions_list: interest } of leafs) {
        expect(
          interest.filter((subject) => !/^(\$(JSC?|LDS)|mirrored|_R_)\./.test(subject)),
        ).toEqual([]);
      }
    }
  });

  it("is refused to a certificate that names no peer", async () => {
    const { certificates } = regions.of("eu-west");
    const stranger = { ...certificates.nats, caFile: certificates.caFile };
    await expect(connectLeaf(regions.leafPort("us-east"), stranger)).rejects.toThrow(
      /Authorization Violation/,
    );
  });

  it("is the only way in for a peer: its name without a certificate opens nothing", async () => {
    const region = regions.of("us-east");
    const port = region.layout.cores[0]?.client ?? 0;
    const said = await natsLogin(region, { port, user: leafHost("eu-west"), pass: "" });
    expect(said).toMatch(/Authorization Violation/);
  });
});

describe("a peer that keeps to no rules", () => {
  const asEuWest = async (act: (peer: LeafPeer) => Promise<void>) => {
    const { certificates } = regions.of("eu-west");
    const credentials = { ...certificates.leaf("eu-west"), caFile: certificates.caFile };
    const peer = await connectLeaf(regions.leafPort("us-east"), credentials);
    await act(peer);
    peer.close();
  };
  const api = "$JS.us-east.API";
  const consumer = (stream: string) =>
    JSON.stringify({
      stream_name: stream,
      config: {
        deliver_policy: "all",
        ack_policy: "none",
        deliver_subject: "mirrored.eu-west.M.peer",
      },
    });

  it.each([
    subjects.alerts("d1"),
    "deliver.d1.alerts",
    subjects.ingress("upstream", "d1"),
    subjects.authAudit("d1"),
    "$KV.partitions.partition.0",
    `${api}.STREAM.INFO.AUDIT`,
    `${api}.STREAM.MSG.GET.AUDIT`,
    `${api}.DIRECT.GET.AUDIT`,
    `${api}.CONSUMER.CREATE.AUDIT`,
    `${api}.CONSUMER.CREATE.AUDIT.c.>`,
    `${api}.STREAM.CREATE.MINE`,
    `${api}.STREAM.PURGE.MQTT_ALERTS`,
    `${api}.STREAM.DELETE.MQTT_ALERTS`,
    `${api}.STREAM.UPDATE.MQTT_ALERTS`,
    "$JS.API.STREAM.PURGE.MQTT_ALERTS",
    subjects.registryChange("d1"),
    subjects.registrySweep,
    `${api}.STREAM.PURGE.REGISTRY_CHANGES`,
    "$SYS.REQ.SERVER.PING.CONNZ",
  ])("loses its link when it publishes to %s", (subject) =>
    asEuWest(async (peer) => {
      peer.publish(subject, "{}", "$JSC.R.peer");
      expect(await peer.closed).toMatch(/Permissions Violation for Publish/);
      expect(peer.received).toEqual([]);
    }));

  it("gets alerts on request, no other stream under their name, and overhears nothing", () =>
    asEuWest(async (peer) => {
      for (const subject of [">", "audit.>", "clients.>", "deliver.>", "_INBOX_inspector.>"]) {
        peer.subscribe(subject);
      }
      peer.subscribe("$JSC.R.peer");
      peer.publish(`${api}.CONSUMER.CREATE.MQTT_ALERTS`, consumer("AUDIT"), "$JSC.R.peer");
      peer.publish(`${api}.CONSUMER.CREATE.MQTT_ALERTS`, consumer("MQTT_ALERTS"), "$JSC.R.peer");
      const [alert] = await store("us-east", "overheard", 1);
      const payloads = () => peer.received.map((message) => message.payload);
      const last = () => payloads().filter((payload) => payload.includes(alert ?? ""));
      await expect.poll(() => last().length, within).toBeGreaterThan(0);
      const answersSoFar = () => peer.received.filter(({ subject }) => subject === "$JSC.R.peer");
      // What is overheard of the real mirror may be here before the answers.
      await expect.poll(() => answersSoFar().length, within).toBe(2);
      const answers = answersSoFar();
      expect(answers.map((answer) => JSON.parse(answer.payload).error?.description)).toEqual([
        expect.stringContaining("stream name"),
        undefined,
      ]);
      const others = peer.received.filter(
        ({ subject }) => !/^(\$JSC\.R|mirrored\.eu-west)\./.test(subject),
      );
      expect(others).toEqual([]);
    }));
});

describe("a mirror", () => {
  it("is left as it is when it is provisioned again", async () => {
    const mirrors = mirrorDefinitions(
      { ...defaultScale, replicas: 1 },
      { reader: "eu-west", origin: "us-east" },
    );
    const steps = await withMirror("eu-west", "us-east", (jsm) =>
      provisionStreams(jsm, mirrors, createLog("test", "error")),
    );
    expect(steps.map((step) => step.kind)).toEqual(mirrors.map(() => "unchanged"));
  });

  it("says when it hears nothing from its origin, and follows again when the line is mended", async () => {
    expect(await troubleOf("ap-south", "us-east")).toBeUndefined();
    regions.link("ap-south", "us-east").cut();
    await expect
      .poll(() => troubleOf("ap-south", "us-east"), within)
      .toMatch(/nothing was heard from its origin/);
    regions.link("ap-south", "us-east").mend();
    await expect.poll(() => troubleOf("ap-south", "us-east"), within).toBeUndefined();
  });
});
