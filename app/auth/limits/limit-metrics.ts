import { Counter, Gauge, type Registry } from "prom-client";
import type { DeviceCache } from "../cache/device-cache.ts";
import { type Admission, type RoomLimit, roomLimits } from "./admission.ts";
import { type LoginLimits, type SourceLimit, sourceLimits } from "./login-limits.ts";

export type LimitMetrics = ReturnType<typeof createLimitMetrics>;

export interface Watched {
  readonly limits: LoginLimits;
  readonly admission: Admission;
  readonly caches: Readonly<Record<string, DeviceCache>>;
}

/** Series with known labels start at zero, so that a first refusal is seen as a rise. */
export function createLimitMetrics(registry: Registry) {
  const registers = [registry];
  const counted = (name: string, help: string, limits: readonly string[]) => {
    const counter = new Counter({ name, help, labelNames: ["limit"], registers });
    for (const limit of limits) counter.inc({ limit }, 0);
    return counter;
  };
  const limited = counted(
    "sentinel_auth_limited_total",
    "Logins refused because a limit was reached, by limit",
    [...sourceLimits, ...roomLimits],
  );
  const lockouts = counted(
    "sentinel_auth_lockouts_total",
    "Lock-outs begun, of one id at one address or of an address",
    ["address-failures", "device-failures"],
  );
  return {
    limited: (limit: SourceLimit | RoomLimit) => limited.inc({ limit }),
    lockedOut: (limit: SourceLimit) => lockouts.inc({ limit }),
    watch: (watched: Watched) => watchLimits(registers, watched),
  };
}

function watchLimits(registers: Registry[], { limits, admission, caches }: Watched): void {
  new Gauge({
    name: "sentinel_auth_limit_sources",
    help: "Addresses, and ids at addresses, that a limit remembers",
    labelNames: ["limit"],
    registers,
    collect() {
      for (const [limit, size] of Object.entries(limits.sizes)) this.set({ limit }, size);
    },
  });
  new Gauge({
    name: "sentinel_auth_logins_under_way",
    help: "Logins that are being decided",
    registers,
    collect() {
      this.set(admission.underWay);
    },
  });
  new Gauge({
    name: "sentinel_auth_cache_bytes",
    help: "Memory that the cached device records take",
    labelNames: ["cache"],
    registers,
    collect() {
      for (const [cache, { bytes }] of Object.entries(caches)) this.set({ cache }, bytes);
    },
  });
}
