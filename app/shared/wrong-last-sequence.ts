import { JetStreamApiError } from "./nats.ts";

/** Error codes of nats-server: the subject, or the stream, has another last message, or none. */
const codes = [10071, 10164];

/** Whether nothing was stored because somebody else has stored something since. */
export const isWrongLastSequence = (error: unknown): error is JetStreamApiError =>
  error instanceof JetStreamApiError && codes.includes(error.code);
