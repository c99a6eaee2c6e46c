import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { createSecureContext } from "node:tls";
import { topics } from "../../app/contract/subjects.ts";
import { inParallel } from "../../app/registry/batches.ts";
import type { Region } from "../../local/region.ts";
import { connectInTime, type Inbox } from "../../test/support/clients.ts";
import { catchUps, caughtUp } from "../flood/caught-up.ts";
import type { Login } from "../flood/orders.ts";
import { leave } from "./leave.ts";
import { type Owed, storeAlerts } from "./missed.ts";

export interface FirstSession {
  /** What each is sent while it is there; it is sent that again when it comes back soon. */
  readonly live: Owed;
  /** How many connect at a time. */
  readonly atOnce: number;
  readonly limitMs: number;
  readonly onProgress: (line: string) => void;
}

const pollMs = 50;

/**
 * Lets each device connect, be caught up, get some alerts, and go: when it is back the region knows it.
 *
 * @throws Error when they were not all there, and had not got everything, in time.
 */
export async function beThereOnce(
  region: Region,
  devices: readonly Login[],
  { live, atOnce, limitMs, onProgress }: FirstSession,
): Promise<void> {
  const untilMs = performance.now() + limitMs;
  const { processUrls } = region.endpoints;
  const secureContext = createSecureContext({ ca: readFileSync(region.certificates.caFile) });
  const inboxes: Inbox[] = [];
  const telling = setInterval(() => onProgress(`${inboxes.length} are there`), 5_000);
  try {
    const earlier = await catchUps(processUrls);
    await inParallel(devices.entries(), atOnce, async ([n, { id, secret }]) => {
      const login = { clientId: id, password: secret, edge: n % region.endpoints.edgeUrls.length };
      const inbox = await connectInTime(region, { ...login, ...{ secureContext } }, { untilMs });
      inboxes.push(inbox);
      await inbox.client.subscribeAsync(topics.alerts(id), { qos: 0 });
    });
    await caughtUp(processUrls, earlier + devices.length, untilMs - performance.now());
    await storeAlerts(region, devices, { ...live, sent: true });
    const got = () => inboxes.filter(({ received }) => received.length >= live.alerts).length;
    while (got() < devices.length) {
      if (performance.now() > untilMs) throw new Error(`${got()} of ${devices.length} got all`);
      await delay(pollMs);
    }
  } finally {
    clearInterval(telling);
    await leave(inboxes.map(({ client }) => client));
  }
}
