/**
 * What is known of a message besides its payload and its origin. What is absent is a field that does
 * not exist: no rule that asks for its value holds.
 */
export interface Envelope {
  /** Where it was published. */
  readonly topic?: string | undefined;
  /** Of the device that published it. Who publishes alerts, the upstream broker does not tell. */
  readonly clientId?: string | undefined;
  /** Of a report: 0, 1 or 2. */
  readonly qos?: number | undefined;
}

/** A payload by itself. */
export const noEnvelope: Envelope = Object.freeze({});
