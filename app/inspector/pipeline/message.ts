import type { KnownStatus } from "../../contract/device.ts";
import type { Origin } from "../../contract/subjects.ts";

/**
 * What is known of the client that an alert is addressed to. `unverified`: the registry did not
 * answer. `not-asked`: a device reported, and was authenticated when it connected.
 */
export type RecipientStatus = KnownStatus | "unverified" | "not-asked";

/** What the publisher of an alert signed it with, and what that is judged by. Nothing of it is believed yet. */
export interface SignedClaim {
  readonly signature: string;
  /** The identity under which a bridge stored the alert. */
  readonly messageId: string;
  /** When a bridge took it from the broker, in milliseconds since 1970. */
  readonly takenMs: number;
  /** When the log stored it. */
  readonly storedMs: number;
}

/** One message as the stages see it. */
export interface InspectedMessage {
  readonly origin: Origin;
  readonly clientId: string;
  readonly payload: Uint8Array;
  /** The quality of service that a report came with; 1 for an alert, whatever it came with. */
  readonly qos: number;
  /** Its place in the log. */
  readonly sequence: number;
  /** When the log stored it, or the gate took it from a device, in milliseconds since 1970, finer than a millisecond. */
  readonly receivedMs: number;
  readonly recipient: RecipientStatus;
  /** Absent: not signed. */
  readonly signed?: SignedClaim;
}
