import { pino } from "pino";
import { Registry } from "prom-client";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { jetstream } from "../shared/nats.ts";
import { createBridgeMetrics } from "./bridge-metrics.ts";
import { Intake, messageOverheadBytes } from "./intake.ts";
import { Load } from "./load.fixture.ts";

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
    // The rest waits in the broker.
    expect(await bridge.value("in_flight_messages")).toBeLessThanOrEqual(50);
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
    expect(performance.now() - begun).toBeLessThan(10_000);
    await fixture.thawNats();
    const second = await fixture.bridge("leave");
    await vi.waitFor(
      async () => expect(await second.value("stored_messages_total")).toBe(100),
      within,
    );
    expect(await fixture.ingress("leave-")).toEqual(load.sent);
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
      const expected = Math.min((round + 1) * messages, 2 * messages + 1);
      await vi.waitFor(
        async () => expect(await received()).toBeGreaterThanOrEqual(expected),
        within,
      );
    }
    expect(await bridge.value("paused")).toBe(1);
    expect(await received()).toBeLessThanOrEqual(3 * messages);
    await fixture.thawNats();
    await vi.waitFor(async () => expect(await fixture.ingress("flap-")).toEqual(load.sent), within);
    await vi.waitFor(() => expect(bridge.notReady()).toBeUndefined(), within);
    expect(await bridge.value("stale_acknowledgements_total")).toBeGreaterThan(0);
    expect(bridge.failures).toEqual([]);
  });

  it("sheds what promises nothing instead of filling its memory", async () => {
    const counts = createBridgeMetrics(new Registry(), {
      inFlight: () => intake.size,
      heldBytes: () => intake.heldBytes,
      paused: () => false,
      upstreamConnected: () => true,
    });
    const js = jetstream(await fixture.nats("bridge"));
    const log = pino({ level: "silent" });
    const topic = "clients/shed/alerts";
    const payloadOf = (n: number) => Buffer.from(JSON.stringify({ id: `s${n + 100}` }));
    const each = payloadOf(0).length + topic.length + messageOverheadBytes;
    const onFull = vi.fn();
    const onEmpty = vi.fn();
    const intake = new Intake({
      ...{
        js,
        waitMs: 0,
        holdLimitBytes: 10 * each,
        onFull,
        onEmpty,
        counts,
        log,
        fatal: () => {},
      },
    });
    await fixture.freezeNats();
    for (let n = 0; n < 30; n++) {
      intake.take({ topic, payload: payloadOf(n), acknowledged: false, acknowledge: () => true });
    }
    expect(intake.heldBytes).toBe(10 * each);
    await fixture.thawNats();
    await intake.settle(within.timeout);
    expect((await counts.shed.get()).values[0]?.value).toBe(20);
    expect((await fixture.ingress("shed")).get("shed")).toHaveLength(10);
    expect(intake.heldBytes).toBe(0);
    expect(onFull).not.toHaveBeenCalled();
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

describe("under load nothing is lost, repeated or out of order", () => {
  const load = (prefix: string) =>
    new Load(fixture.broker, { prefix, clients: 20, messages: 1_500, perSecond: 300 });
  const arrived = (sent: Load, prefix: string) =>
    vi.waitFor(async () => expect(await fixture.ingress(prefix)).toEqual(sent.sent), {
      timeout: 30_000,
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

  it("when the bridge is killed", async () => {
    const child = await fixture.bridgeProcess("killed");
    const sent = load("killed-");
    await vi.waitFor(() => expect(sent.count).toBeGreaterThan(300), within);
    child.kill("SIGKILL");
    expect(await child.exited()).toBe("SIGKILL");
    await child.start();
    await sent.finished;
    await arrived(sent, "killed-");
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
    expect(await survivor.value("stored_messages_total")).toBe(1_500);
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
