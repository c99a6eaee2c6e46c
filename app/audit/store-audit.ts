import { headers } from "../contract/headers.ts";
import { type JetStreamClient, messageHeaders } from "../shared/nats.ts";
import { storeMessage } from "../shared/store-message.ts";
import type { OutboxOptions } from "./audit-outbox.ts";

/** Stores records in AUDIT, each once whatever is repeated. `onRetry` is called for each failed attempt. */
export function storeAudit(
  js: Pick<JetStreamClient, "publish">,
  onRetry: () => void,
): OutboxOptions["store"] {
  return async (record, signal) => {
    const recordHeaders = messageHeaders();
    recordHeaders.set(headers.messageId, record.id);
    recordHeaders.set(headers.signature, record.head.signature);
    const options = { headers: recordHeaders, signal, onRetry };
    await storeMessage(js, record.subject, record.body, options);
  };
}
