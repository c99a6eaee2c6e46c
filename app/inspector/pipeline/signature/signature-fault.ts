import { verify } from "node:crypto";
import { parseSignature, signedBytes } from "../../../contract/alert-signature.ts";
import { alertIdIn, payloadSha256 } from "../../../contract/message-id.ts";
import { topics } from "../../../contract/subjects.ts";
import type { InspectedMessage, SignedClaim } from "../message.ts";
import type { KnownKey } from "./publisher-key-ring.ts";

/** What can be wrong with a signature, or that there is none. */
export const signatureFaults = [
  "missing",
  "malformed",
  "key-unknown",
  "key-revoked",
  "key-expired",
  "expired",
  "invalid",
] as const;
export type SignatureFault = (typeof signatureFaults)[number];

/**
 * An alert may have been signed so long before a bridge took it from the broker. It is ten minutes less
 * than an id is known for: what is published again under its own id sooner is the same alert, and what
 * comes later is refused here. So nothing has to be remembered of what was signed.
 */
export const oldestMs = 110 * 60_000;
/** By so much a publisher's clock may be ahead. */
export const aheadMs = 5 * 60_000;
/**
 * What a bridge held for longer, or says it did, may be stored when its id is forgotten. Such an alert must
 * have come from its publisher straight away, so that a replay that was taken in time does not pass later.
 */
const heldMs = 5 * 60_000;
const straightMs = 5 * 60_000;

type Signed = Pick<InspectedMessage, "clientId" | "payload">;
/** By what signatures are judged. */
interface Judge {
  /** The region's name: what was signed for another one's broker is none of ours. */
  readonly region: string;
  readonly keys: Keys;
}
interface Keys {
  readonly get: (keyId: string) => KnownKey | undefined;
}

/**
 * Undefined when the alert is as the holder of a key that counts has signed it. What costs most, to
 * verify, comes last: one verification of less than 500 bytes, and none for a key that nobody knows.
 */
export function signatureFaultOf(
  { clientId, payload }: Signed,
  claim: SignedClaim | undefined,
  { region, keys }: Judge,
): SignatureFault | undefined {
  if (!claim) return "missing";
  const given = parseSignature(claim.signature);
  if (!given) return "malformed";
  const key = keys.get(given.keyId);
  if (!key) return "key-unknown";
  if (key.revoked) return "key-revoked";
  const { keyId, signedMs, signature } = given;
  if (!isInTime(claim, signedMs)) return "expired";
  if (signedMs < key.notBefore || signedMs >= key.notAfter) return "key-expired";
  const hash = payloadSha256(payload);
  const alertId = alertIdIn(claim.messageId, { clientId, payloadSha256: hash });
  // Without one, what is published again would be another alert.
  if (alertId === undefined) return "malformed";
  const about = { region, topic: topics.alerts(clientId), alertId, keyId, signedMs };
  const bytes = signedBytes({ ...about, payloadSha256: hash });
  return verify(null, bytes, key.object, signature) ? undefined : "invalid";
}

function isInTime({ takenMs, storedMs }: SignedClaim, signedMs: number): boolean {
  const ageMs = takenMs - signedMs;
  const limitMs = storedMs - takenMs > heldMs ? straightMs : oldestMs;
  return ageMs <= limitMs && ageMs >= -aheadMs;
}
