import type { ProcessContext, Running } from "../shared/lifecycle.ts";
import type { FenceEnvironment } from "./environment.ts";
import { createFenceMetrics } from "./fence-metrics.ts";
import { holdRules } from "./nft.ts";

/** Bounds what each connection of a device may send, before a server reads it, until it is drained. */
export async function createFence(
  environment: FenceEnvironment,
  { log, metrics, fatal }: ProcessContext,
): Promise<Running> {
  const rules = {
    table: environment.FENCE_TABLE,
    ports: environment.DEVICE_PORTS,
    bytesPerSecond: environment.CONNECTION_BYTES_PER_SECOND,
    burstBytes: environment.CONNECTION_BYTES_BURST,
    connections: environment.REMEMBERED_CONNECTIONS,
  };
  const held = await holdRules(rules);
  createFenceMetrics(metrics, held.droppedBytes);
  log.info(rules, "connections are bounded");
  let draining = false;
  void held.ended.then((said) => {
    if (!draining) fatal(`connections are not bounded any more: ${said}`);
  });
  return {
    notReady: () => undefined,
    drain: async () => {
      draining = true;
      await held.release();
    },
  };
}
