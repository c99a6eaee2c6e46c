import { setTimeout as delay } from "node:timers/promises";
import type { PubAck } from "@nats-io/jetstream";

export type { PubAck } from "@nats-io/jetstream";

import pRetry from "p-retry";
import { JetStreamApiError, type JetStreamClient, type MsgHdrs } from "./nats.ts";

/** Error code of nats-server: another publish of the same id is being replicated at this moment. */
export const ID_IN_PROCESS = 10158;

const STORE_FAILED = 10077;

/** Whether a stream refused a message because it may hold no more. */
export const isFull = (error: unknown): boolean =>
  error instanceof JetStreamApiError &&
  error.code === STORE_FAILED &&
  /^maximum (bytes|messages) exceeded/.test(error.message);

const MESSAGE_TOO_LARGE = 10054;
const HEADERS_TOO_LARGE = 10097;

/** Whether no later attempt can succeed either: the message itself is what JetStream or NATS refuses. */
export const isUnstorable = (error: unknown): boolean =>
  error instanceof JetStreamApiError
    ? error.code === MESSAGE_TOO_LARGE || error.code === HEADERS_TOO_LARGE
    : error instanceof Error &&
      (error.name === "InvalidArgumentError" || error.name === "InvalidSubjectError");

/** So many attempts are repeated soon when the id is in process. Beyond them it is an outage. */
const soonAttempts = 10;
const soonMs = () => 10 + Math.random() * 10;

export interface StoreOptions {
  /** Must carry `Nats-Msg-Id`, since a message whose acknowledgement got lost is sent again. */
  readonly headers: MsgHdrs;
  /** Whether a refusal is final: then the promise rejects with it. None is, unless this says so. */
  readonly isFinal?: (error: unknown) => boolean;
  /** Ends the attempts: the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called for each failed attempt, which is followed by another. */
  readonly onRetry: (error: Error, attempt: number) => void;
}

/**
 * Publishes until JetStream says that the message is stored, however long that takes.
 *
 * Nothing is final here: no quorum, no responders, a time-out, a full stream and "duplicate
 * message id is in process" (the same id is just being replicated: not an acknowledgement) all
 * pass. Only `signal` ends it, or what the caller calls final.
 */
export function storeMessage(
  js: Pick<JetStreamClient, "publish">,
  subject: string,
  payload: Uint8Array,
  options: StoreOptions,
): Promise<PubAck> {
  const attempt = async () => {
    try {
      return await js.publish(subject, payload, { headers: options.headers, timeout: 2_000 });
    } catch (error) {
      // p-retry gives up on a TypeError without asking.
      throw error instanceof TypeError ? new Error(error.message, { cause: error }) : error;
    }
  };
  const soon = (error: Error, attemptNumber: number) =>
    attemptNumber <= soonAttempts &&
    error instanceof JetStreamApiError &&
    error.code === ID_IN_PROCESS;
  return pRetry(attempt, {
    retries: Number.POSITIVE_INFINITY,
    minTimeout: 20,
    maxTimeout: 1_000,
    factor: 2,
    randomize: true,
    shouldRetry: ({ error }) => options.isFinal?.(error) !== true,
    shouldConsumeRetry: ({ error, attemptNumber }) => !soon(error, attemptNumber),
    async onFailedAttempt({ error, attemptNumber }) {
      if (options.isFinal?.(error)) return;
      options.onRetry(error, attemptNumber);
      if (soon(error, attemptNumber)) await delay(soonMs());
    },
    ...(options.signal && { signal: options.signal }),
  });
}
