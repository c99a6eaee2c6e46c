import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { nowMs } from "../contract/headers.ts";
import { AbsentTwin, absentMs } from "./absent-twin.ts";
import { Load } from "./load.fixture.ts";

describe("the session of the other bridge", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  function start() {
    const state = { covers: true, heardMs: nowMs(), storing: true };
    const discard = vi.fn(async (_name: string) => {});
    const twin = new AbsentTwin({
      covers: () => state.covers,
      heard: () => ({ name: "bridge-2", atMs: state.heardMs }),
      storedMs: () => (state.storing ? nowMs() : 0),
      ...{ discard, onDiscard: () => {}, log: pino({ level: "silent" }) },
    });
    return { state, discard, twin };
  }

  it("is dropped once the other one has been silent for long", () => {
    const { discard } = start();
    vi.advanceTimersByTime(absentMs - 1_000);
    expect(discard).not.toHaveBeenCalled();
    vi.advanceTimersByTime(10_000);
    expect(discard.mock.calls).toEqual([["bridge-2"]]);
  });

  it.each([
    ["this one's session may lack something", { covers: false }],
    ["this one stores nothing, so that it may be the one that is cut off", { storing: false }],
    ["the other one is heard", { heardMs: Number.POSITIVE_INFINITY }],
  ])("stays while %s", (_, change) => {
    const { discard, state } = start();
    Object.assign(state, change);
    vi.advanceTimersByTime(10 * absentMs);
    expect(discard).not.toHaveBeenCalled();
  });
});

describe("a bridge that is away for long", () => {
  let fixture: IngressFixture;
  beforeAll(async () => {
    fixture = await IngressFixture.start();
  });
  afterAll(() => fixture.stop());
  afterEach(() => fixture.release());

  it("has no queue at the broker any more, and comes back without loss or repetition", async () => {
    const stays = await fixture.bridge("bridge-1");
    const leaves = await fixture.bridge("bridge-2");
    const load = new Load(fixture.broker, {
      ...{ prefix: "away-", clients: 10, messages: 6_000, perSecond: 200 },
      text: '{"alarm":"door open"}',
    });
    await vi.waitFor(() => expect(load.count).toBeGreaterThan(400), within);
    await leaves.drain();
    await vi.waitFor(
      async () => expect(await stays.value("discarded_sessions_total")).toBe(1),
      within,
    );
    const before = load.count;
    const back = await fixture.bridge("bridge-2");
    await load.finished;
    await vi.waitFor(async () => expect(await fixture.ingress("away-")).toEqual(load.sent), within);
    // Nothing of what was published while it was away.
    expect(await back.value("received_messages_total")).toBeLessThanOrEqual(6_000 - before);
  });
});
