import { setTimeout as delay } from "node:timers/promises";
import { DeviceRegistry } from "../../registry/device-registry.ts";
import { createDynamoClient } from "../../registry/device-table.ts";
import type { Logger } from "../../shared/log.ts";
import type { AuthMetrics } from "../auth-metrics.ts";
import type { AuthEnvironment } from "../environment.ts";
import { DeviceCache } from "./device-cache.ts";
import { usualRecordBytes } from "./record-bytes.ts";

/** Within the server's two seconds there must be time for a second attempt. */
const registryAttempts = { attemptMs: 600, attempts: 2 };
const statusCacheDevices = 100_000;

export interface RegistryCaches {
  readonly registry: DeviceRegistry;
  /** The same table by reads that are twice as dear and never out of date, but for its copying. */
  readonly consistentRegistry: DeviceRegistry;
  /** For logins. */
  readonly login: DeviceCache;
  /** For inspectors. */
  readonly status: DeviceCache;
}

export function createCaches(
  environment: AuthEnvironment,
  metrics: AuthMetrics,
  log: Logger,
): RegistryCaches {
  const client = createDynamoClient({
    region: environment.AWS_REGION,
    endpoint: environment.DYNAMODB_ENDPOINT,
    ...registryAttempts,
  });
  const batch = { attempts: 3, firstPauseMs: 20 };
  const table = { client, table: environment.DEVICE_TABLE, batch };
  const registry = new DeviceRegistry(table);
  const cache = (name: "login" | "status", devices: number) =>
    new DeviceCache({
      read: async (ids) => {
        const timed = metrics.registryReadSeconds.startTimer();
        return registry.getMany(ids).finally(timed);
      },
      lifetimes: {
        positiveMs: environment.CACHE_POSITIVE_SECONDS * 1000,
        negativeMs: environment.CACHE_NEGATIVE_SECONDS * 1000,
        staleMs: environment.CACHE_STALE_SECONDS * 1000,
      },
      bytes: devices * usualRecordBytes,
      clock: () => performance.now(),
      onResult: (result) => metrics.lookedUp(name, result),
      onReadFailure: (error) => {
        metrics.registryReadFailures.inc();
        log.warn({ err: error }, "the device table cannot be read");
      },
      onUnreadable: (clientId, reason) => {
        metrics.unreadableItems.inc();
        log.error({ client: clientId, reason }, "an item of the device table is not a device");
      },
    });
  return {
    registry,
    consistentRegistry: new DeviceRegistry({ ...table, consistent: true }),
    login: cache("login", environment.CACHE_DEVICES),
    status: cache("status", statusCacheDevices),
  };
}

/** Connections are open and code is compiled after so many reads; the first ones take ten times as long. */
const warmUpReads = 100;

/** Reads until it works, and works fast: a replica is ready only when it can look devices up. */
export async function reachRegistry(
  { registry, login }: RegistryCaches,
  log: Logger,
): Promise<void> {
  for (let done = 0; done < warmUpReads; ) {
    try {
      await registry.getMany(["-"]);
      done++;
    } catch (error) {
      log.warn({ err: error }, "the device table cannot be read");
      await delay(500, undefined, { ref: false });
    }
  }
  await login.lookup("-");
}
