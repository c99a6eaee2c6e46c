import { expect, it, vi } from "vitest";
import type { KnownStatus } from "../../contract/device.ts";
import { Recipients } from "./recipients.ts";

/** A registry of known content that can be switched off, and a clock that is set by hand. */
function setUp(registry: Record<string, KnownStatus>) {
  const requests: (readonly string[])[] = [];
  const counts = { failures: 0, unverified: 0 };
  const world = { nowMs: 1_000, answering: true };
  const recipients = new Recipients({
    query: async (ids) => {
      requests.push([...ids]);
      if (!world.answering) throw new Error("timeout");
      return Object.fromEntries(ids.flatMap((id) => (registry[id] ? [[id, registry[id]]] : [])));
    },
    onFailure: () => counts.failures++,
    onUnverified: () => counts.unverified++,
    clock: () => world.nowMs,
  });
  return { recipients, requests, counts, world };
}

it("asks for everything that is wanted at the same moment in one request, each id once", async () => {
  const { recipients, requests } = setUp({ a: "active", b: "suspended", c: "unknown" });
  const ids = ["a", "b", "c", "a"];
  const statuses = await Promise.all(ids.map((id) => recipients.statusOf(id)));
  expect(statuses).toEqual(["active", "suspended", "unknown", "active"]);
  expect(requests).toEqual([["a", "b", "c"]]);
});

it("asks again about an active device after a minute, without holding its alerts up, and about any other after 5 seconds", async () => {
  const registry: Record<string, KnownStatus> = { a: "active", b: "unknown" };
  const { recipients, requests, world } = setUp(registry);
  await Promise.all([recipients.statusOf("a"), recipients.statusOf("b")]);
  Object.assign(registry, { a: "revoked", b: "active" });
  world.nowMs += 4_999;
  expect(recipients.statusOf("a")).toBe("active");
  expect(recipients.statusOf("b")).toBe("unknown");
  world.nowMs += 2;
  expect(await recipients.statusOf("b")).toBe("active");
  expect(recipients.statusOf("a")).toBe("active");
  world.nowMs += 55_000;
  expect(recipients.statusOf("a")).toBe("active");
  await vi.waitFor(() => expect(recipients.statusOf("a")).toBe("revoked"));
  expect(requests).toHaveLength(3);
});

it("waits for the answer about an active device that was not addressed for long", async () => {
  const registry: Record<string, KnownStatus> = { a: "active" };
  const { recipients, world } = setUp(registry);
  await recipients.statusOf("a");
  registry["a"] = "revoked";
  world.nowMs += 660_001;
  expect(await recipients.statusOf("a")).toBe("revoked");
});

it("splits what is too much for one request", async () => {
  const { recipients, requests } = setUp({});
  const ids = Array.from({ length: 600 }, (_, i) => `pump-${i}`);
  await Promise.all(ids.map((id) => recipients.statusOf(id)));
  expect(requests.map((request) => request.length)).toEqual([250, 250, 100]);
});

it("calls a device unverified while the registry is silent, and does not remember that", async () => {
  const { recipients, counts, world } = setUp({ a: "active" });
  world.answering = false;
  expect(await recipients.statusOf("a")).toBe("unverified");
  expect(counts).toEqual({ failures: 1, unverified: 1 });
  world.answering = true;
  expect(await recipients.statusOf("a")).toBe("active");
});

it("calls a device unverified when the answer leaves it out", async () => {
  const { recipients, counts } = setUp({ a: "active" });
  const statuses = await Promise.all([recipients.statusOf("a"), recipients.statusOf("x")]);
  expect(statuses).toEqual(["active", "unverified"]);
  expect(counts).toEqual({ failures: 0, unverified: 1 });
});

it("stops asking for a second after two failures, so that alerts do not wait for time-outs", async () => {
  const { recipients, requests, world } = setUp({ a: "active" });
  world.answering = false;
  for (let i = 0; i < 5; i++) expect(await recipients.statusOf("a")).toBe("unverified");
  expect(requests).toHaveLength(2);
  world.answering = true;
  world.nowMs += 1_000;
  expect(await recipients.statusOf("a")).toBe("active");
});
