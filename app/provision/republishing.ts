import { lanes } from "../contract/lanes.ts";
import {
  partitionCount,
  partitionIds,
  partitionKey,
  sendingOwner,
} from "../contract/partitions.ts";
import { subjects } from "../contract/subjects.ts";
import type { Logger } from "../shared/log.ts";
import type { JetStreamManager, NatsConnection } from "../shared/nats.ts";
import { readLast } from "../shared/stored-messages.ts";
import { currentStream, type Definitions } from "./provision.ts";

const stream = "MQTT_ALERTS";

/** Whether each partition's owner is an inspector that sends alerts itself. */
export async function inspectorsSend(intake: NatsConnection): Promise<boolean> {
  const { bucket } = lanes.alerts;
  const wanted = partitionIds(partitionCount).map((id) => `$KV.${bucket}.${partitionKey(id)}`);
  const entries = await readLast(intake, `KV_${bucket}`, { subjects: wanted });
  return entries.length === wanted.length && entries.every(({ data }) => isSending(data));
}

/** Whether a `delivery` that sends what a peer's mirror brings has noted how far: then nothing is left out. */
export async function deliverySends(jsm: JetStreamManager, peer: string): Promise<boolean> {
  const noted = subjects.sent(peer);
  const { state } = await jsm.streams.info("LAST_SEEN", { subjects_filter: noted });
  return (state.subjects?.[noted] ?? 0) > 0;
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

function isSending(entry: Uint8Array): boolean {
  try {
    return JSON.parse(Buffer.from(entry).toString()).sends === sendingOwner.sends;
  } catch {
    return false;
  }
}
