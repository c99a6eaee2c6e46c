import { headers } from "../../contract/headers.ts";
import { JetStreamApiError, type JetStreamClient, messageHeaders } from "../../shared/nats.ts";
import { isFull, storeMessage } from "../../shared/store-message.ts";
import type { Lease } from "../partitions/lease.ts";
import type { IngressMessage } from "./ingress-message.ts";
import { addressingOf, type Output, otherRouteOf } from "./outputs.ts";

const wrongLastSequence = [10071, 10164];
/** No stream will have it: whoever expects it as the last one has nothing stored. */
const unreachable = String(Number.MAX_SAFE_INTEGER);

/**
 * Whether somebody who had the partition before has decided the other way about a message, and died
 * before the cursor was past it. Verdicts rest on more than the message, on what its device did before and
 * how that is registered by now, so a second look may end differently; what was decided first counts.
 *
 * JetStream looks for a repetition before anything else: a message with the same identity that it cannot
 * store otherwise is answered "duplicate" where the first one is stored, and refused where it is not. A full
 * QUARANTINE does not tell; it cannot have taken much lately either.
 */
export async function isDecidedOtherwise(
  publisher: Pick<JetStreamClient, "publish">,
  source: IngressMessage,
  { outputs, lease }: { readonly outputs: readonly Output[]; readonly lease: Lease },
): Promise<boolean> {
  const [message] = outputs;
  const addressing = addressingOf(source);
  if (source.sequence > lease.inDoubtUpTo || !message || addressing.refusal !== undefined) {
    return false;
  }
  const subject = otherRouteOf(message, addressing);
  const id = message.headers[headers.messageId];
  if (subject === undefined || id === undefined) return false;
  const probe = messageHeaders();
  probe.set(headers.messageId, id);
  probe.set("Nats-Expected-Last-Sequence", unreachable);
  try {
    const { duplicate } = await storeMessage(publisher, subject, new Uint8Array(), {
      headers: probe,
      signal: lease.signal,
      isFinal: (error) => isRefused(error) || isFull(error),
      onRetry: () => {},
    });
    return duplicate;
  } catch (error) {
    if (isRefused(error) || isFull(error)) return false;
    throw error;
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof JetStreamApiError && wrongLastSequence.includes(error.code);
