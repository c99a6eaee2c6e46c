/** A peer's certificate reads what is mirrored, and causes nothing else in the region that it reads. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { mirrorConsumer, mirrorPermissions, sourceAccount } from "../../app/contract/peers.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import { accountOfStream, storeAccounts, stores } from "../../app/contract/stores.ts";
import { streamMaker } from "../../app/contract/stream-makers.ts";
import { subjects } from "../../app/contract/subjects.ts";
import { mirrorTrouble } from "../../app/provision/mirror-state.ts";
import {
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type NatsConnection,
} from "../../app/shared/nats.ts";
import { destructions, settled, targets } from "../support/forger.ts";
import { connectLeaf, type LeafPeer } from "../support/leaf-peer.ts";
import { type LinkedRegions, startLinkedRegions } from "../support/linked-regions.ts";
import { connectNatsDevice, type NatsDevice } from "../support/nats-device.ts";
import { connectAs, readStream } from "../support/stored.ts";

const within = { timeout: 60_000, interval: 50 };
const allStreams = storeAccounts.flatMap((account) => [...stores[account]]);
const api = "$JS.us-east.API";
const create = `${api}.CONSUMER.CREATE.MQTT_ALERTS`;
const reset = `${api}.CONSUMER.RESET.REGISTRY_CHANGES.${mirrorConsumer("eu-west")}`;

let regions: LinkedRegions;
let victim: NatsDevice;
let writer: NatsConnection;
let teller: NatsConnection;

beforeAll(async () => {
  regions = await startLinkedRegions();
  victim = await connectNatsDevice(regions.of("us-east"), "victim");
  writer = await connectAs(regions.of("us-east"), "inspector");
  teller = await connectAs(regions.of("us-east"), "operator");
  for (const reader of ["eu-west", "ap-south"] as const) await follows(reader);
});
afterAll(async () => {
  await victim?.close();
  await writer?.close();
  await teller?.close();
  await regions?.stop();
});

async function asMaker<T>(
  region: RegionName,
  user: string,
  act: (jsm: JetStreamManager) => Promise<T>,
): Promise<T> {
  const connection = await connectAs(regions.of(region), user);
  try {
    return await act(await jetstreamManager(connection, { checkAPI: false }));
  } finally {
    await connection.close();
  }
}

const look = async () => {
  const states = allStreams.map(async (stream) => {
    const maker = streamMaker(accountOfStream(stream));
    const info = await asMaker("us-east", maker, (jsm) => jsm.streams.info(stream));
    // What it makes to read by goes when it is gone.
    const { consumer_count: _, ...state } = info.state;
    return [stream, { config: info.config, state }] as const;
  });
  return Object.fromEntries(await Promise.all(states));
};

/** What a region's mirror of a stream of us-east has. */
const mirrorOf = (reader: RegionName, stream: string) =>
  asMaker(reader, streamMaker(sourceAccount("us-east")), (jsm) => jsm.streams.info(stream));

async function follows(reader: RegionName): Promise<void> {
  for (const stream of ["MQTT_ALERTS", "REGISTRY_CHANGES"]) {
    await vi.waitFor(
      async () => expect(mirrorTrouble((await mirrorOf(reader, stream)).mirror)).toBeUndefined(),
      within,
    );
  }
}

async function asPeer(act: (peer: LeafPeer) => Promise<void>): Promise<void> {
  const { certificates } = regions.of("eu-west");
  const credentials = { ...certificates.leaf("eu-west"), caFile: certificates.caFile };
  const peer = await connectLeaf(regions.leafPort("us-east"), credentials);
  await act(peer);
  peer.close();
}

/** Stores an alert and a change, which reach those whom they are for, and the mirrors. */
async function honestTraffic(id: string): Promise<void> {
  await jetstream(writer).publish(subjects.alerts("victim"), id);
  writer.publish(subjects.delivery("victim"), id);
  await jetstream(teller).publish(subjects.registryChange(id.replaceAll(" ", "-")), id);
  await expect.poll(() => victim.received, within).toContain(id);
  for (const stream of ["MQTT_ALERTS", "REGISTRY_CHANGES"] as const) {
    const maker = streamMaker(accountOfStream(stream));
    const own = await asMaker("us-east", maker, (jsm) => jsm.streams.info(stream));
    const last = async () => (await mirrorOf("ap-south", stream)).state.last_seq;
    await expect.poll(last, within).toBe(own.state.last_seq);
  }
}

const consumer = (more: object) =>
  JSON.stringify({
    stream_name: "MQTT_ALERTS",
    config: {
      deliver_policy: "all",
      ack_policy: "none",
      ...more,
    },
  });

describe("a peer's certificate", () => {
  const { publish } = mirrorPermissions("eu-west", "us-east");
  const elsewhere = [
    `${create}.lasting`,
    `${create}.lasting.clients.*.alerts`,
    `${api}.CONSUMER.DURABLE.CREATE.MQTT_ALERTS.lasting`,
    `${api}.CONSUMER.DELETE.MQTT_ALERTS.lasting`,
    `${api}.CONSUMER.CREATE.REGISTRY_CHANGES`,
    `${api}.CONSUMER.CREATE.REGISTRY_CHANGES.${mirrorConsumer("eu-west")}`,
    `${api}.CONSUMER.CREATE.REGISTRY_CHANGES.session-closer.registry.changes.*`,
    `${api}.CONSUMER.RESET.REGISTRY_CHANGES.${mirrorConsumer("ap-south")}`,
    `${api}.CONSUMER.RESET.REGISTRY_CHANGES.session-closer`,
    `${api}.CONSUMER.MSG.NEXT.REGISTRY_CHANGES.session-closer`,
    `$JS.FC.REGISTRY_CHANGES.${mirrorConsumer("ap-south")}.0000`,
    "mirrored.ap-south.changes",
    "mirrored.eu-west.changes",
    ...targets.filter((target) => !target.startsWith("$JS.ACK.") && !target.startsWith("_R_")),
    ...allStreams.flatMap((stream) => destructions(stream).map(([subject]) => subject)),
  ];

  it.each([...new Set(elsewhere)])("loses its link by %s", (subject) =>
    asPeer(async (peer) => {
      peer.publish(subject, "{}", "$JSC.R.peer");
      expect(await peer.closed).toMatch(/Permissions Violation for Publish/);
      expect(peer.received).toEqual([]);
    }));

  it("changes, deletes and acknowledges nothing by reply subjects and what it may publish", async () => {
    await jetstream(writer).publish(subjects.alerts("other"), "for another device");
    const before = await settled(look);
    const seen = victim.received.length;
    const allowed = publish.map((subject) => subject.replace(">", "x.0000"));
    for (const target of targets) {
      await asPeer(async (peer) => {
        peer.publish(`$JS.ACK.REGISTRY_CHANGES.session-closer.1.1.1.1.0`, "+ACK", target);
        for (const subject of allowed) {
          for (const body of ["", "{}", '{"seq":1}', consumer({ deliver_subject: target })]) {
            // What is repeated to a device has a test of its own.
            if (subject === create && target === "deliver.victim.alerts") continue;
            peer.publish(subject, body, target);
          }
        }
        await Promise.race([peer.closed, settled(async () => peer.received.length)]);
      });
    }
    expect(await settled(look)).toEqual(before);
    await honestTraffic("after the tricks");
    expect(victim.received.slice(seen)).toEqual(["after the tricks"]);
  });

  it("takes changes out of nobody's hands: its own place is all that it moves", async () => {
    const changes = async () => (await look())["REGISTRY_CHANGES"]?.state.messages ?? 0;
    const had = await changes();
    await asPeer(async (peer) => {
      peer.subscribe("$JSC.R.*");
      peer.publish(reset, JSON.stringify({ seq: 1_000_000 }), "$JSC.R.peer");
      await expect.poll(() => peer.received.length, within).toBeGreaterThan(0);
    });
    await honestTraffic("beside a place that was moved");
    expect(await changes()).toBe(had + 1);
  });

  it("can repeat to a device what is stored, and make no consumer that lasts", async () => {
    const seen = victim.received.length;
    await asPeer(async (peer) => {
      peer.subscribe("$JSC.R.*");
      peer.publish(create, consumer({ deliver_subject: "deliver.victim.alerts" }), "$JSC.R.peer");
      peer.publish(create, consumer({ durable_name: "lasting" }), "$JSC.R.peer");
      await expect.poll(() => peer.received.length, within).toBe(2);
      const answers = peer.received.map(({ payload }) => JSON.parse(payload));
      expect(answers.map(({ error }) => error === undefined)).toEqual([true, false]);
    });
    const texts = (await readStream(teller, "MQTT_ALERTS")).map(({ payload }) => payload);
    expect(texts).toEqual(expect.arrayContaining(victim.received.slice(seen)));
    await honestTraffic("after a repetition");
  });

  it("overhears nothing that is another peer's", () =>
    asPeer(async (peer) => {
      for (const subject of [">", "mirrored.>", "mirrored.ap-south.>", "$JS.>", "$JSC.>", "_R_.>"])
        peer.subscribe(subject);
      await honestTraffic("not overheard");
      const foreign = peer.received.filter(({ subject }) => !/^mirrored\.eu-west\./.test(subject));
      expect(foreign).toEqual([]);
    }));
});
