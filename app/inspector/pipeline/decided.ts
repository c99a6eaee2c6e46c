import { headers } from "../../contract/headers.ts";
import { JetStreamApiError, type JetStreamClient, messageHeaders } from "../../shared/nats.ts";
import { isFull, storeMessage } from "../../shared/store-message.ts";
import type { Lease } from "../partitions/lease.ts";
import type { IngressMessage } from "./ingress-message.ts";
import { addressingOf, type Output, otherRouteOf } from "./outputs.ts";

const wrongLastSequence = [10071, 10164];
/** No stream will have it: whoever expects it as the last one has nothing stored. */
const unreachable = String(Number.MAX_SAFE_INTEGER);
/** A takeover and an election may come together. For longer than that nothing waits for the answer. */
const askLimitMs = 10_000;
/** Those under which a question went unanswered: no message waits for another one. */
const unanswered = new WeakSet<Lease>();

interface Question {
  readonly outputs: readonly Output[];
  readonly lease: Lease;
  readonly onRetry: (message: Output) => void;
}

/**
 * Whether somebody who had the partition before has decided the other way about a message, and died
 * before the cursor was past it. Verdicts rest on more than the message, on what its device did before and
 * how that is registered by now, so a second look may end differently; what was decided first counts.
 *
 * JetStream looks for a repetition before anything else: a message with the same identity that it cannot
 * store otherwise is answered "duplicate" where the first one is stored, and refused where it is not. A full
 * QUARANTINE does not tell; it cannot have taken much lately either. Nor does a stream without a leader, which
 * holds up nobody: then this verdict counts.
 */
export async function isDecidedOtherwise(
  publisher: Pick<JetStreamClient, "publish">,
  source: IngressMessage,
  { outputs, lease, onRetry }: Question,
): Promise<boolean> {
  const [message] = outputs;
  const addressing = addressingOf(source);
  if (
    source.sequence > lease.inDoubtUpTo ||
    unanswered.has(lease) ||
    !message ||
    addressing.refusal !== undefined
  ) {
    return false;
  }
  const subject = otherRouteOf(message, addressing);
  const id = message.headers[headers.messageId];
  if (subject === undefined || id === undefined) return false;
  const probe = messageHeaders();
  probe.set(headers.messageId, id);
  probe.set("Nats-Expected-Last-Sequence", unreachable);
  const late = AbortSignal.timeout(askLimitMs);
  try {
    const { duplicate } = await storeMessage(publisher, subject, new Uint8Array(), {
      headers: probe,
      signal: AbortSignal.any([lease.signal, late]),
      isFinal: (error) => isRefused(error) || isFull(error),
      onRetry: () => onRetry(message),
    });
    return duplicate;
  } catch (error) {
    lease.signal.throwIfAborted();
    if (late.aborted) unanswered.add(lease);
    else if (!isRefused(error) && !isFull(error)) throw error;
    return false;
  }
}

const isRefused = (error: unknown): boolean =>
  error instanceof JetStreamApiError && wrongLastSequence.includes(error.code);
