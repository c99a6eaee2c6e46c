import { nowMs } from "../../app/contract/headers.ts";
import { subjects } from "../../app/contract/subjects.ts";
import { inParallel } from "../../app/registry/batches.ts";
import { jetstream } from "../../app/shared/nats.ts";
import { simulatedAlert } from "../../local/load/messages.ts";
import type { Region } from "../../local/region.ts";
import { connectAs } from "../../test/support/stored.ts";
import type { Login } from "../flood/orders.ts";

/** Alerts of one run, that each device of some gets. */
export interface Owed {
  /** Sets their ids apart from those of other alerts. */
  readonly run: string;
  readonly alerts: number;
}

const atOnce = 500;
const storeLimitMs = 60_000;

/**
 * Stores alerts as an inspector does: those of a device one after the other.
 *
 * @param sent whether they are sent, too, to those who are there.
 */
export async function storeAlerts(
  region: Region,
  devices: readonly Login[],
  { run, alerts, sent = false }: Owed & { readonly sent?: boolean },
): Promise<void> {
  const inspector = await connectAs(region, "inspector");
  const js = jetstream(inspector);
  try {
    for (let sequence = 1; sequence <= alerts; sequence++) {
      await inParallel(devices.entries(), atOnce, async ([n, { id: client }]) => {
        const each = { client, sequence, sentAt: nowMs(), quoteEvery: 0 };
        const payload = JSON.stringify(simulatedAlert(run, sequence * devices.length + n, each));
        await js.publish(subjects.alerts(client), payload, { timeout: storeLimitMs });
        if (sent) inspector.publish(subjects.delivery(client), payload);
      });
    }
    await inspector.flush();
  } finally {
    await inspector.close();
  }
}
