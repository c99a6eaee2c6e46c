import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { jetstream } from "../shared/nats.ts";
import { createBridgeMetrics } from "./bridge-metrics.ts";
import { Intake, messageOverheadBytes } from "./intake.ts";
import { Load, onlyFirst } from "./load.fixture.ts";

let fixture: IngressFixture;

beforeAll(async () => {
  fixture = await IngressFixture.start();
});
afterAll(() => fixture.stop());
afterEach(() => fixture.release());

describe("when NATS takes nothing", () => {
  it("acknowledges nothing, and everything arrives in order afterwards", async () => {
    const bridge = await fixture.bridge("stall", { receiveMaximum: 50 });
    await fixture.freezeNats();
    const load = new Load(fixture.broker, {
      ...{ prefix: "stall-", clients: 10, messages: 600, perSecond: 300 },
    });
    await load.finished;
    await vi.waitFor(
      async () => expect(await bridge.value("store_retries_total")).toBeGreaterThan(0),
      within,
    );
    expect(await bridge.value("stored_messages_total")).toBe(0);
    // The rest waits in the broker; Mosquitto before 2.0.13 overruns the window once something is acknowledged.
    expect(await bridge.value("in_flight_messages")).toBeLessThanOrEqual(200);
    await fixture.thawNats();
    await vi.waitFor(
      async () => expect(await bridge.value("stored_messages_total")).toBe(600),
      within,
    );
    expect(await fixture.ingress("stall-")).toEqual(load.sent);
    expect(bridge.failures).toEqual([]);
  });

  it("leaves to the broker what a drain cannot store, for the next start", async () => {
    const first = await fixture.bridge("leave", { drainLimitMs: 500 });
    await fixture.freezeNats();
    const load = new Load(fixture.broker, {
      ...{ prefix: "leave-", clients: 10, messages: 100, perSecond: 1_000 },
    });
    await load.finished;
    await vi.waitFor(
      async () => expect(await first.value("received_messages_total")).toBe(100),
      within,
    );
    const begun = performance.now();
    await first.drain();
    expect(performance.now() - begun).toBeLessThan(60_000);
    await fixture.thawNats();
    const second = await fixture.bridge("leave");
    await vi.waitFor(
      async () => expect(await second.value("stored_messages_total")).toBe(100),
      within,
    );
    // What the first one had sent to NATS was stored, too, and nobody was there to know.
    expect(onlyFirst(await fixture.ingress("leave-"))).toEqual(load.sent);
  });

  it("does not pile up copies while the upstream connection comes and goes", async () => {
    const messages = 100;
    // Room for two loads of copies, and for half of a third.
    const holdLimitBytes = 2.5 * messages * (messageOverheadBytes + 40);
    const bridge = await fixture.bridge("flap", { holdLimitBytes });
    const received = () => bridge.value("received_messages_total");
    await fixture.freezeNats();
    const load = new Load(fixture.broker, {
      ...{ prefix: "flap-", clients: 10, messages, perSecond: 1_000 },
    });
    await load.finished;
    const mosquitto = fixture.region.process("mosquitto");
    for (let round = 1; round < 6; round++) {
      await mosquitto.stop();
      await mosquitto.start();
      await vi.waitFor(async () => {
        const again = (await received()) > round * messages;
        expect(again || (await bridge.value("paused")) === 1).toBe(true);
      }, within);
    }
    expect(await bridge.value("held_bytes")).toBeLessThanOrEqual(
      3 * messages * (messageOverheadBytes + 100),
    );
    await fixture.thawNats();
    await vi.waitFor(async () => expect(await fixture.ingress("flap-")).toEqual(load.sent), within);
    await vi.waitFor(() => expect(bridge.notReady()).toBeUndefined(), within);
    expect(bridge.failures).toEqual([]);
  });

  it("sheds what promises nothing instead of filling its memory", async () => {
    const counts = createBridgeMetrics(new Registry(), {
      inFlight: () => intake.size,
      heldBytes: () => intake.heldBytes,
      paused: () => false,
      upstreamConnected: () => true,
      leads: () => true,
      backlogBytes: () => 0,
      backlogMessages: () => 0,
    });
    const js = jetstream(await fixture.nats("bridge"));
    const log = pino({ level: "silent" });
    const topic = "clients/shed/alerts";
    const payloadOf = (n: number) => Buffer.from(JSON.stringify({ id: `s${n + 100}` }));
    const each = payloadOf(0).length + topic.length + messageOverheadBytes;
    const onEmpty = vi.fn();
    const intake = new Intake({
      ...{ js, holdLimitBytes: 10 * each, onEmpty, counts, log },
      ...{ onAcknowledged: () => {}, confirmations: { tell: () => {} }, fatal: () => {} },
    });
    await fixture.freezeNats();
    for (let n = 0; n < 30; n++) {
      const held = intake.hold(
        {
          ...{ topic, payload: payloadOf(n), acknowledged: false, acknowledge: () => true },
          ...{ packetId: undefined, repeated: false },
          ...{ alertId: undefined, signature: undefined, responseTopic: undefined },
        },
        { name: `name-${n}`, shared: false },
      );
      if (held) intake.store(held);
    }
    expect(intake.heldBytes).toBe(10 * each);
    await fixture.thawNats();
    await intake.settle(within.timeout);
    expect((await counts.shed.get()).values[0]?.value).toBe(20);
    expect((await fixture.ingress("shed")).get("shed")).toHaveLength(10);
    expect(intake.heldBytes).toBe(0);
    expect(onEmpty).toHaveBeenCalledOnce();
  });

  it("ends the process when the connection is closed for good", async () => {
    const bridge = await fixture.bridge("closed");
    await bridge.nats.close();
    await vi.waitFor(() => expect(bridge.failures).toHaveLength(1), within);
    expect(bridge.notReady()).toBe("not connected to NATS");
  });

  it("says what is missing", async () => {
    const bridge = await fixture.bridge("missing");
    await fixture.freezeNats();
    await vi.waitFor(() => expect(bridge.notReady()).toBe("not connected to NATS"), within);
    await fixture.thawNats();
    await vi.waitFor(() => expect(bridge.notReady()).toBeUndefined(), within);
    const mosquitto = fixture.region.process("mosquitto");
    await mosquitto.stop();
    await vi.waitFor(() => expect(bridge.notReady()).toMatch(/upstream broker/), within);
    expect(await bridge.value("upstream_connected")).toBe(0);
    await mosquitto.start();
    await vi.waitFor(() => expect(bridge.notReady()).toBeUndefined(), within);
    expect(await bridge.value("upstream_connected")).toBe(1);
  });
});

/** What a bridge is done with: stored by itself, or by the other one. */
const takenBy = async (bridge: Awaited<ReturnType<IngressFixture["bridge"]>>) =>
  (await bridge.value("stored_messages_total")) + (await bridge.value("confirmed_messages_total"));

describe("under load nothing is lost, repeated or out of order", () => {
  const load = (prefix: string) =>
    new Load(fixture.broker, { prefix, clients: 20, messages: 1_500, perSecond: 300 });
  const arrived = (sent: Load, prefix: string) =>
    vi.waitFor(async () => expect(await fixture.ingress(prefix)).toEqual(sent.sent), {
      ...within,
      interval: 500,
    });

  it("when the bridge is restarted", async () => {
    const child = await fixture.bridgeProcess("restarted");
    const sent = load("restarted-");
    await vi.waitFor(() => expect(sent.count).toBeGreaterThan(300), within);
    child.kill("SIGTERM");
    expect(await child.exited()).toBe(0);
    await vi.waitFor(() => expect(sent.count).toBeGreaterThan(900), within);
    await child.start();
    await sent.finished;
    await arrived(sent, "restarted-");
    await child.stop();
  });

  it("when the only bridge is killed, but for what it could not acknowledge any more", async () => {
    const child = await fixture.bridgeProcess("killed");
    const sent = load("killed-");
    await vi.waitFor(() => expect(sent.count).toBeGreaterThan(300), within);
    child.kill("SIGKILL");
    expect(await child.exited()).toBe("SIGKILL");
    await child.start();
    await sent.finished;
    await vi.waitFor(
      async () => expect(onlyFirst(await fixture.ingress("killed-"))).toEqual(sent.sent),
      within,
    );
    const repeated = [...(await fixture.ingress("killed-")).values()].flat().length - 1_500;
    expect(repeated).toBeLessThan(100);
    await child.stop();
  });

  it("when one of two replicas is killed, which nobody notices", async () => {
    const survivor = await fixture.bridge("survivor");
    const child = await fixture.bridgeProcess("victim");
    const sent = load("victim-");
    await vi.waitFor(() => expect(sent.count).toBeGreaterThan(300), within);
    child.kill("SIGKILL");
    await sent.finished;
    await arrived(sent, "victim-");
    await vi.waitFor(async () => expect(await takenBy(survivor)).toBe(1_500), within);
    await child.start();
    await child.stop();
    expect(await fixture.ingress("victim-")).toEqual(sent.sent);
  });

  it("when the upstream broker is restarted", async () => {
    const bridge = await fixture.bridge("broker");
    const sent = load("broker-");
    const mosquitto = fixture.region.process("mosquitto");
    await vi.waitFor(() => expect(sent.count).toBeGreaterThan(300), within);
    await mosquitto.stop();
    await mosquitto.start();
    await sent.finished;
    await arrived(sent, "broker-");
    expect(bridge.failures).toEqual([]);
  });

  it("when all NATS servers are killed and come back", async () => {
    const bridge = await fixture.bridge("quorum");
    const sent = load("quorum-");
    await vi.waitFor(() => expect(sent.count).toBeGreaterThan(300), within);
    await fixture.killNats();
    await vi.waitFor(() => expect(sent.count).toBeGreaterThan(900), within);
    await fixture.startNats();
    await sent.finished;
    await arrived(sent, "quorum-");
    expect(await bridge.value("store_retries_total")).toBeGreaterThan(0);
    expect(bridge.failures).toEqual([]);
  });
});
