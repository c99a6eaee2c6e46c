import type { DeadLetterReason } from "./dead-letter.ts";

/**
 * Where a bridge tells publishers what became of their alerts, a level each. Names that begin with `$`
 * are the server's: a right to write `#` does not cover them.
 */
export const confirmationFilter = "$sentinel/confirmations/#";

/** A publisher names it as the MQTT 5 response topic of its alerts, with its own client id at the broker. */
export const confirmationTopic = (publisher: string) => `$sentinel/confirmations/${publisher}`;

/**
 * What became of one alert. It names the topic and the payload as well as the id, so that it can stand
 * for no other alert.
 */
export interface Confirmation {
  readonly topic: string;
  /** What the publisher gave as `alert-id`. */
  readonly id: string;
  /** `payloadDigest` of what was published. */
  readonly sha256: string;
  /** Absent: it is stored, on two of three disks at least. Otherwise why it never will be. */
  readonly refused?: DeadLetterReason;
}
