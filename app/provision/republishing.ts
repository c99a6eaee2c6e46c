import { lanes } from "../contract/lanes.ts";
import { allSendKey } from "../contract/partitions.ts";
import { subjects } from "../contract/subjects.ts";
import type { Logger } from "../shared/log.ts";
import type { JetStreamManager } from "../shared/nats.ts";
import { currentStream, type Definitions } from "./provision.ts";

const stream = "MQTT_ALERTS";

/** Whether inspectors have noted that all of them send alerts themselves. */
export const inspectorsSend = (jsm: JetStreamManager): Promise<boolean> =>
  has(jsm, `KV_${lanes.alerts.bucket}`, `$KV.${lanes.alerts.bucket}.${allSendKey}`);

/** Whether a `delivery` that sends what a peer's mirror brings has noted how far: then nothing is left out. */
export const deliverySends = (jsm: JetStreamManager, peer: string): Promise<boolean> =>
  has(jsm, "LAST_SEEN", subjects.sent(peer));

/** Whoever makes streams may not read them, and sees what subjects they have. */
async function has(jsm: JetStreamManager, name: string, subject: string): Promise<boolean> {
  const { state } = await jsm.streams.info(name, { subjects_filter: subject });
  return (state.subjects?.[subject] ?? 0) > 0;
}

/**
 * A stream of alerts that republishes them, as it did before ADR 62, goes on until they are sent
 * otherwise: a device may have an alert twice meanwhile, and never none. A later run ends it.
 */
export async function stillRepublishing(
  { jsm, log }: { readonly jsm: JetStreamManager; readonly log: Logger },
  wanted: Definitions[number],
  sentOtherwise: () => Promise<boolean>,
): Promise<Definitions[number]> {
  if (wanted.name !== stream) return wanted;
  const config = (await currentStream(jsm, stream))?.config as { republish?: Republish };
  const republish = config?.republish;
  if (!republish) return wanted;
  const over = await sentOtherwise().catch((error) => {
    log.warn({ err: error }, "who sends alerts to devices cannot be seen");
    return false;
  });
  if (over) return wanted;
  log.warn(`${stream} republishes alerts until inspectors and delivery send them: then run again`);
  return { ...wanted, republish };
}

type Republish = NonNullable<Definitions[number]["republish"]>;
