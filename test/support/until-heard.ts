import { expect } from "vitest";
import { subjects } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";

/** What is sent meanwhile: no alert of the test's own. */
export const probe = "do you hear?";

/**
 * Sends a device something again and again until it comes: servers learn of a subscription a moment
 * after the device was told that it has it, and what is sent before nobody catches up where no
 * `delivery` runs. Some of it may come later.
 */
export async function untilHeard(
  inspector: NatsConnection,
  clientId: string,
  hasCome: () => boolean,
): Promise<void> {
  const ask = () => {
    inspector.publish(subjects.delivery(clientId), probe);
    return hasCome();
  };
  await expect.poll(ask, { timeout: 60_000, interval: 100 }).toBe(true);
}
