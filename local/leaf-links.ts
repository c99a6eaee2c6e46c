import { setTimeout as delay } from "node:timers/promises";
import type { CoreEndpoints } from "./nats-processes.ts";

const waitLimitMs = 10_000;

/** Links that a server has dialled and that stand. */
async function dialled(core: CoreEndpoints): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${core.monitor}/leafz`);
  const { leafs } = (await response.json()) as { leafs?: { is_spoke: boolean }[] };
  return (leafs ?? []).filter((leaf) => leaf.is_spoke).length;
}

/**
 * Waits until every core server has its link to each peer.
 *
 * A mirror that is made before works too, but asks its origin again only after 30 seconds. A peer
 * that does not come is not waited for any longer than regions take that start side by side.
 */
export async function linked(cores: readonly CoreEndpoints[], peers: number): Promise<void> {
  const deadline = Date.now() + waitLimitMs;
  while (Date.now() < deadline) {
    const counts = await Promise.all(cores.map(dialled));
    if (counts.every((count) => count >= peers)) return;
    await delay(50);
  }
}
