import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { parseMetrics, total } from "../../../test/support/local-region.ts";
import { cacheWith } from "../cache/device-cache.fixture.ts";
import { Admission } from "./admission.ts";
import { createLimitMetrics } from "./limit-metrics.ts";
import { LoginLimits } from "./login-limits.ts";

const settings = {
  loginsPerAddressPerSecond: 1,
  deviceFailures: 1,
  addressFailures: 10,
  lockout: { firstSeconds: 60, longestSeconds: 900 },
};

it("has a series for each limit from the start, and counts", async () => {
  const registry = new Registry();
  const metrics = createLimitMetrics(registry);
  metrics.limited("address-rate");
  metrics.lockedOut("device-failures");

  const samples = parseMetrics(await registry.metrics());
  const counted = (name: string) =>
    samples
      .filter((sample) => sample.name === name)
      .map(({ labels, value }) => `${labels["limit"]} ${value}`);
  expect(counted("sentinel_auth_limited_total").sort()).toEqual([
    "address-failures 0",
    "address-rate 1",
    "backlog 0",
    "concurrency 0",
    "device-failures 0",
    "strangers 0",
  ]);
  expect(counted("sentinel_auth_lockouts_total")).toEqual([
    "address-failures 0",
    "device-failures 1",
  ]);
});

it("shows what the limits remember, what is under way, and how large the caches are", async () => {
  const registry = new Registry();
  const { cache } = cacheWith();
  await cache.lookup("pump-7");
  const limits = new LoginLimits({ settings, onLockout: () => {} });
  await limits.note({ clientId: "pump-7", address: "203.0.113.9" }, "bad-secret");
  const admission = new Admission({ atOnce: 10, strangersAtOnce: 5, strangerBacklogMs: 400 });
  admission.enter(true);
  createLimitMetrics(registry).watch({ limits, admission, caches: { login: cache } });

  const samples = parseMetrics(await registry.metrics());
  const figure = (name: string, labels = {}) => total(samples, name, labels);
  expect(figure("sentinel_auth_limit_sources", { limit: "device-failures" })).toBe(1);
  expect(figure("sentinel_auth_limit_sources", { limit: "address-rate" })).toBe(0);
  expect(figure("sentinel_auth_logins_under_way")).toBe(1);
  expect(figure("sentinel_auth_cache_bytes", { cache: "login" })).toBe(cache.bytes);
});
