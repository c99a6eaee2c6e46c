/** Why a message could not be taken. The reason is the last token of its subject and a metric label. */
export const deadLetterReasons = [
  "invalid-topic",
  "invalid-client-id",
  "payload-too-large",
  "payload-not-json",
  /** JetStream says that it will never store it. Only the beginning of the payload is kept. */
  "not-storable",
  /** A verdict held it back, and QUARANTINE was full. */
  "quarantine-full",
] as const;
export type DeadLetterReason = (typeof deadLetterReasons)[number];
