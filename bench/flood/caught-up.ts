import { setTimeout as delay } from "node:timers/promises";
import { scrape, total } from "../../app/shared/process-metrics.ts";

const metric = "sentinel_delivery_catch_ups_total";
const usualLimitMs = 60_000;
const pollMs = 100;

/** How many devices were sent all that they had missed, since the region began. */
export async function catchUps(processUrls: ReadonlyMap<string, string>): Promise<number> {
  const deliveries = [...processUrls].filter(([name]) => name.startsWith("delivery-"));
  return total(await scrape(deliveries.map(([, url]) => url)), metric);
}

/**
 * Waits until so many were. What passes while a device is sent what it missed comes twice, and is not what
 * is to be measured.
 *
 * @throws Error when they were not in time.
 */
export async function caughtUp(
  processUrls: ReadonlyMap<string, string>,
  devices: number,
  limitMs = usualLimitMs,
) {
  const endMs = performance.now() + limitMs;
  for (;;) {
    const done = await catchUps(processUrls);
    if (done >= devices) return;
    if (performance.now() > endMs) throw new Error(`${done} of ${devices} devices are caught up`);
    await delay(pollMs);
  }
}
