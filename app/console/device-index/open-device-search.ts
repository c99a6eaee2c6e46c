import { join } from "node:path";
import type { DeviceRegistry } from "../../registry/device-registry.ts";
import type { Logger } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { ConsoleMetrics } from "../console-metrics.ts";
import type { ConsoleEnvironment } from "../environment.ts";
import { followChanges } from "./change-follower.ts";
import { DeviceSearch } from "./device-search.ts";
import { startIndexThread } from "./index-thread.ts";

export interface SearchParts {
  readonly registry: DeviceRegistry;
  readonly connection: NatsConnection;
  readonly metrics: Pick<ConsoleMetrics, "indexFailures" | "watchIndex">;
  readonly log: Logger;
}

/** The index in its thread, what it learns of changes by, and the search in it. */
export function openDeviceSearch(environment: ConsoleEnvironment, parts: SearchParts) {
  const { registry, connection, metrics, log } = parts;
  let follower: { readonly stop: () => void } | undefined;
  const thread = startIndexThread({
    settings: {
      file: {
        path: join(environment.DEVICE_INDEX_FOLDER, "devices.sqlite"),
        limitBytes: environment.DEVICE_INDEX_MEBIBYTES * 2 ** 20,
      },
      table: environment.DEVICE_TABLE,
      aws: { region: environment.AWS_REGION, endpoint: environment.DYNAMODB_ENDPOINT },
      unitsPerSecond: environment.DEVICE_INDEX_READ_UNITS,
      everyMs: environment.DEVICE_INDEX_REFILL_SECONDS * 1_000,
    },
    onFailure: () => metrics.indexFailures.inc(),
    onBegin: (marks) => {
      follower?.stop();
      const follow = thread.follow;
      follower = followChanges({ connection, follow, marks, clock: Date.now, log });
    },
    log,
  });
  metrics.watchIndex(thread.state);
  return {
    search: new DeviceSearch({ find: thread.find, registry }),
    stop: async () => {
      follower?.stop();
      await thread.close();
    },
  };
}
