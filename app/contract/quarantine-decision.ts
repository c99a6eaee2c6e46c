import { z } from "zod";

/** What can be decided about a held message: it goes to whom it is for, or it never will. */
export const decisionActions = ["release", "drop"] as const;
export type DecisionAction = (typeof decisionActions)[number];

/**
 * How a held message stands. `releasing`: its release was begun, and nobody has said that it ended;
 * asked for again, it is carried through. A dropped one stays to be looked at until it is too old.
 */
export const heldStates = ["held", "releasing", "released", "dropped"] as const;
export type HeldState = (typeof heldStates)[number];

/** Longest reason, in characters. */
export const reasonLimit = 500;
/** Messages that one request may name. */
export const decisionBatch = 50;

const actor = z.string().min(1).max(256);
/** Names what was asked for together: an operation that is repeated keeps its id. */
export const operationPattern = /^[A-Za-z0-9_-]{1,64}$/;
export const operationRule = "1 to 64 of A-Z, a-z, 0-9, _ and -";
const operation = z.string().regex(operationPattern);

/** The reason of a decision: whoever reads the audit has to understand it. */
export const reasonText = z
  .string()
  .trim()
  // As a pattern, because spaces around it do not count.
  .regex(/\S[\s\S]+\S/, "must say why, in 3 characters or more")
  .max(reasonLimit, `must be at most ${reasonLimit} characters`);

/** What the performer of a lane is asked. It reads the messages themselves. */
export const DecisionRequestSchema = z.strictObject({
  action: z.enum(decisionActions),
  operation,
  /** Who wants it, as the one who asks knows him. */
  actor,
  reason: reasonText,
  messages: z
    .array(
      z.strictObject({
        sequence: z.int().positive(),
        /** When it was stored: a stream that was made anew has other messages under the same sequence. */
        storedAt: z.number(),
      }),
    )
    .min(1)
    .max(decisionBatch),
});
export type DecisionRequest = z.infer<typeof DecisionRequestSchema>;

/**
 * What became of one message. `decided`: it was done now; `unchanged`: it was so before; `refused`:
 * the opposite was decided before; `unknown`: there is no such message of this lane; `unfinished`:
 * nobody can say yet, ask again; `uncertain`: its release was begun so long ago that nobody can say any
 * more whether it was delivered, so it is not delivered again and stays `releasing`.
 */
export const decisionOutcomes = [
  "decided",
  "unchanged",
  "refused",
  "unknown",
  "unfinished",
  "uncertain",
] as const;
export type DecisionOutcome = (typeof decisionOutcomes)[number];

/** Why nothing was done at all. */
export const decisionFailures = ["malformed", "audit-unavailable", "busy", "failed"] as const;
export type DecisionFailure = (typeof decisionFailures)[number];

export const DecisionAnswerSchema = z.union([
  z.object({
    outcomes: z.array(z.object({ sequence: z.int(), outcome: z.enum(decisionOutcomes) })),
  }),
  z.object({ failure: z.enum(decisionFailures), detail: z.string() }),
]);
export type DecisionAnswer = z.infer<typeof DecisionAnswerSchema>;

/** One entry of QUARANTINE_DECISIONS: the state of one held message that is not held any more. */
export const DecisionSchema = z.object({
  state: z.enum(["releasing", "released", "dropped"]),
  /** When the message was stored that this is about. */
  storedAt: z.number(),
  /** When it was decided, in milliseconds since 1970. */
  decidedAt: z.number(),
  actor,
  operation,
  reason: z.string(),
});
export type Decision = z.infer<typeof DecisionSchema>;

/** How long a performer works on one request; an answer must come before the servers forget where it belongs. */
export const decisionLimitMs = 5_000;
