import { randomUUID } from "node:crypto";
import { headers } from "../contract/headers.ts";
import { type JetStreamClient, messageHeaders } from "../shared/nats.ts";
import { storeMessage } from "../shared/store-message.ts";
import { changeMessage, type ToldChange } from "./change-message.ts";

/** Resolves when the change is stored for all regions. Tries until the signal ends it. */
export type TellChange = (change: ToldChange, signal: AbortSignal) => Promise<void>;

/** Tells of changes through REGISTRY_CHANGES of this region, which the others mirror. */
export function tellChange(js: Pick<JetStreamClient, "publish">): TellChange {
  return async (change, signal) => {
    const { subject, body } = changeMessage(change);
    const changeHeaders = messageHeaders();
    changeHeaders.set(headers.messageId, randomUUID());
    await storeMessage(js, subject, body, { headers: changeHeaders, signal, onRetry: () => {} });
  };
}
