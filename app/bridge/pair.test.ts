import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { catchUpLimitMs, catchUpMs, followMs, Pair, type Statement, type Turn } from "./pair.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const turn = (name: string, shared = true): Turn => ({
  ...{ name, shared, receivedMs: performance.timeOrigin + performance.now() },
});

function start(replica = "b-2") {
  const [stored, confirmed, forgotten] = [[] as string[], [] as string[], [] as string[]];
  const told: Statement[] = [];
  const sinceMs = { value: 0 };
  const onLead = vi.fn();
  const pair = new Pair({
    replica,
    store: ({ name }) => stored.push(name),
    confirm: ({ name }) => confirmed.push(name),
    forget: ({ name }) => forgotten.push(name),
    tell: (statement) => told.push(statement),
    reachableSinceMs: () => sinceMs.value,
    onLead,
  });
  pair.caughtUp();
  const hear = (name: string, role: Statement["role"] = "leads", from = "b-1") =>
    pair.hear({ from, role, name });
  const take = (...names: string[]) => {
    for (const name of names) pair.take(turn(name));
  };
  return { pair, stored, confirmed, forgotten, told, sinceMs, onLead, hear, take };
}

describe("a follower", () => {
  it("stores nothing that the leader has stored", () => {
    const { stored, confirmed, hear, take } = start();
    take("m:1", "m:2", "m:3");
    hear("m:2");
    expect(confirmed).toEqual(["m:1", "m:2"]);
    hear("m:3");
    vi.advanceTimersByTime(10 * followMs);
    expect(stored).toEqual([]);
  });

  it("knows what the leader stored before it came here", () => {
    const { stored, confirmed, hear, take } = start();
    hear("m:2");
    take("m:1", "m:2", "m:3");
    expect(confirmed).toEqual(["m:1", "m:2"]);
    vi.advanceTimersByTime(followMs + 50);
    expect(stored).toEqual(["m:3"]);
  });

  it("stores all that waits, in order, and leads when the leader says nothing for its wait", () => {
    const { pair, stored, onLead, take } = start();
    take("m:1");
    vi.advanceTimersByTime(followMs - 30);
    take("m:2");
    expect(stored).toEqual([]);
    vi.advanceTimersByTime(60);
    expect(stored).toEqual(["m:1", "m:2"]);
    expect(onLead).toHaveBeenCalledOnce();
    take("m:3");
    expect(stored).toEqual(["m:1", "m:2", "m:3"]);
    expect(pair.leads).toBe(true);
  });

  it("waits longer while it reads what its session kept", () => {
    const { pair, stored, take } = start();
    pair.disconnected();
    take("m:1");
    vi.advanceTimersByTime(catchUpMs - 50);
    expect(stored).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(stored).toEqual(["m:1"]);
  });

  it("leaves what has no name in common to a bridge that is there, up to a limit", () => {
    const { pair, stored, hear } = start();
    pair.take(turn("own:1", false));
    for (let ms = 0; ms < catchUpLimitMs - 1_000; ms += 1_000) {
      vi.advanceTimersByTime(1_000);
      hear("m:9");
    }
    expect(stored).toEqual([]);
    vi.advanceTimersByTime(1_100);
    expect(stored).toEqual(["own:1"]);
  });

  it("does not leave it to a bridge that says nothing", () => {
    const { pair, stored } = start();
    pair.take(turn("own:1", false));
    vi.advanceTimersByTime(catchUpMs - 50);
    expect(stored).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(stored).toEqual(["own:1"]);
  });

  it("does not count the time in which it could not hear the other one", () => {
    const { stored, sinceMs, take } = start();
    sinceMs.value = Number.POSITIVE_INFINITY;
    take("m:1");
    vi.advanceTimersByTime(catchUpLimitMs);
    sinceMs.value = performance.timeOrigin + performance.now();
    vi.advanceTimersByTime(followMs - 50);
    expect(stored).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(stored).toEqual(["m:1"]);
  });

  it("takes over at once from a leader that says it ends", () => {
    const { stored, hear, take } = start();
    take("m:1", "m:2");
    hear("m:1", "ends");
    expect(stored).toEqual(["m:2"]);
  });

  it("is not led by a statement about another sequence", () => {
    const { stored, confirmed, hear, take } = start();
    take("m:1");
    hear("other:9");
    vi.advanceTimersByTime(followMs + 50);
    expect(confirmed).toEqual([]);
    expect(stored).toEqual(["m:1"]);
  });

  it("keeps nothing for a connection that is gone", () => {
    const { pair, stored, forgotten, take } = start();
    take("m:1");
    pair.disconnected();
    vi.advanceTimersByTime(10 * catchUpMs);
    expect(forgotten).toEqual(["m:1"]);
    expect(stored).toEqual([]);
  });

  it("stores what waits when the other's session begins anew, and follows on", () => {
    const { pair, stored, confirmed, hear, take } = start();
    take("m:1");
    pair.storeWaiting();
    take("m:2");
    hear("m:2");
    expect(stored).toEqual(["m:1"]);
    expect(confirmed).toEqual(["m:2"]);
    expect(pair.leads).toBe(false);
  });
});

describe("a leader", () => {
  it.each([
    ["yields to one with an earlier name", "b-2", "b-1", false],
    ["does not yield to one with a later name", "b-1", "b-2", true],
  ])("%s", (_, replica, other, leads) => {
    const { pair, hear } = start(replica);
    pair.lead();
    hear("m:1", "leads", other);
    expect(pair.leads).toBe(leads);
  });

  it("does not hear itself", () => {
    const { pair, hear } = start();
    pair.lead();
    hear("m:1", "leads", "b-2");
    expect(pair.leads).toBe(true);
  });

  it("says how far it is, once for all that is stored within a moment", () => {
    const { pair, told } = start();
    pair.lead();
    pair.passed("m:0");
    vi.advanceTimersByTime(100);
    told.length = 0;
    for (const name of ["m:1", "m:2", "m:3"]) pair.passed(name);
    vi.advanceTimersByTime(100);
    expect(told).toEqual([{ from: "b-2", role: "leads", name: "m:3" }]);
  });

  it("says it again when nothing has come", () => {
    const { pair, told } = start();
    pair.passed("m:1");
    vi.advanceTimersByTime(3_500);
    expect(told.filter(({ name }) => name === "m:1").length).toBeGreaterThanOrEqual(3);
  });

  it("says nothing while it is not connected", () => {
    const { pair, told } = start();
    pair.passed("m:1");
    pair.disconnected();
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual([]);
  });

  it("says that it ends", () => {
    const { pair, told } = start();
    pair.lead();
    pair.passed("m:1");
    pair.end();
    expect(told.at(-1)).toEqual({ from: "b-2", role: "ends", name: "m:1" });
  });
});
