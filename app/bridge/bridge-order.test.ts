import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { boundStream } from "../../test/support/bounded.ts";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { messageOverheadBytes } from "./intake.ts";
import { Load, onlyFirst } from "./load.fixture.ts";

let fixture: IngressFixture;

beforeAll(async () => {
  fixture = await IngressFixture.start();
});
afterAll(() => fixture.stop());
afterEach(() => fixture.release());

// Alerts of a client in a row, so that those of the next one are far behind in what is in flight.
const load = (prefix: string, messages: number) =>
  new Load(fixture.broker, { prefix, clients: 5, messages, perSecond: 400, inARow: 600 });
const count = (sent: Load, wanted: number) =>
  vi.waitFor(() => expect(sent.count).toBeGreaterThan(wanted), within);
const arrived = (sent: Load, prefix: string) =>
  vi.waitFor(async () => expect(await fixture.ingress(prefix)).toEqual(sent.sent), {
    ...within,
    interval: 500,
  });

describe("the order of a client survives", () => {
  it.each([10, 512, 65_535])("a stall of NATS with a window of %i", async (receiveMaximum) => {
    const prefix = `stall${receiveMaximum}-`;
    const bridge = await fixture.bridge(`stall${receiveMaximum}`, { receiveMaximum });
    const sent = load(prefix, 3_200);
    await count(sent, 200);
    await fixture.freezeNats();
    await count(sent, 2_200);
    await fixture.thawNats();
    await sent.finished;
    await arrived(sent, prefix);
    expect(bridge.failures).toEqual([]);
  });

  it("a backlog larger than the window, while more is published", async () => {
    const first = await fixture.bridge("absent");
    await first.drain();
    const sent = load("absent-", 3_200);
    await count(sent, 2_200);
    await fixture.bridge("absent", { receiveMaximum: 100 });
    await sent.finished;
    await arrived(sent, "absent-");
  });
});

describe("when more waits than may be held", () => {
  const holdLimitBytes = 300 * messageOverheadBytes;

  it("pauses until it is stored, and loses neither a message nor the order", async () => {
    const bridge = await fixture.bridge("pause", { holdLimitBytes });
    const sent = load("pause-", 3_200);
    await count(sent, 200);
    await fixture.freezeNats();
    await vi.waitFor(
      () => expect(bridge.notReady()).toMatch(/^paused: [1-9]\d* bytes wait to be stored$/),
      within,
    );
    expect(await bridge.value("paused")).toBe(1);
    await count(sent, 2_200);
    const held = await bridge.value("held_bytes");
    expect(held).toBeGreaterThan(holdLimitBytes);
    expect(held).toBeLessThan(holdLimitBytes + 2 * messageOverheadBytes);
    expect(await bridge.value("in_flight_messages")).toBeLessThanOrEqual(300);
    await fixture.thawNats();
    await sent.finished;
    await arrived(sent, "pause-");
    await vi.waitFor(() => expect(bridge.notReady()).toBeUndefined(), within);
    expect(await bridge.value("paused")).toBe(0);
    expect(await bridge.value("held_bytes")).toBe(0);
    expect(bridge.failures).toEqual([]);
    await bridge.drain();
    expect(await fixture.heldBy("pause")).toBe(0);
  });

  it("stores nothing twice on its way through a backlog of many pauses", async () => {
    const first = await fixture.bridge("chunks");
    await first.drain();
    const sent = new Load(fixture.broker, {
      ...{ prefix: "chunks-", clients: 3, messages: 3_000, perSecond: 3_000 },
    });
    await sent.finished;
    const bridge = await fixture.bridge("chunks", { holdLimitBytes });
    await arrived(sent, "chunks-");
    expect(await bridge.value("stored_messages_total")).toBe(3_000);
    expect(await bridge.value("duplicate_messages_total")).toBe(0);
    expect(await bridge.value("resent_messages_total")).toBeGreaterThan(0);
    await vi.waitFor(() => expect(bridge.notReady()).toBeUndefined(), within);
    await bridge.drain();
    expect(await fixture.heldBy("chunks")).toBe(0);
  });

  it("gives up what it holds when a pause lasts too long, and gets it again", async () => {
    const bridge = await fixture.bridge("long", { holdLimitBytes, pauseLimitMs: 1_000 });
    const received = () => bridge.value("received_messages_total");
    await fixture.freezeNats();
    const sent = load("long-", 1_000);
    await vi.waitFor(() => expect(bridge.notReady()).toMatch(/paused/), within);
    const before = await received();
    await vi.waitFor(async () => expect(await received()).toBeGreaterThan(before), within);
    expect(await bridge.value("abandoned_messages_total")).toBeGreaterThanOrEqual(before);
    await sent.finished;
    await fixture.thawNats();
    await arrived(sent, "long-");
    expect(bridge.failures).toEqual([]);
  });

  it("can end during a pause, which leaves everything to the broker", async () => {
    const first = await fixture.bridge("ended", { holdLimitBytes, drainLimitMs: 100 });
    await fixture.freezeNats();
    const sent = load("ended-", 600);
    await vi.waitFor(() => expect(first.notReady()).toMatch(/paused/), within);
    const begun = performance.now();
    await first.drain();
    expect(performance.now() - begun).toBeLessThan(60_000);
    await sent.finished;
    await fixture.thawNats();
    await fixture.bridge("ended");
    // What the first one had sent to NATS was stored, too, and nobody was there to know.
    await vi.waitFor(
      async () => expect(onlyFirst(await fixture.ingress("ended-"))).toEqual(sent.sent),
      within,
    );
  });
});

describe("when INGRESS is full", () => {
  it("holds back, refuses nothing of the broker, and stores all in order when there is room", async () => {
    const holdLimitBytes = 300 * messageOverheadBytes;
    const bridge = await fixture.bridge("full", { holdLimitBytes });
    const lift = await boundStream(fixture.region, "INGRESS", 64 * 1024);
    const sent = load("full-", 1_600);
    await sent.finished;
    await vi.waitFor(async () => expect(await bridge.value("paused")).toBe(1), within);
    expect(bridge.notReady()).toMatch(/^paused: /);
    const refused = await bridge.value("store_retries_total", { cause: "store-failed" });
    expect(refused).toBeGreaterThan(0);
    const held = [...(await fixture.ingress("full-")).values()].flat();
    expect(held.length).toBeLessThan(600);

    await lift();

    await arrived(sent, "full-");
    await vi.waitFor(() => expect(bridge.notReady()).toBeUndefined(), within);
    expect(bridge.failures).toEqual([]);
    await bridge.drain();
    expect(await fixture.heldBy("full")).toBe(0);
  });
});
