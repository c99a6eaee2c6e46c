import { headers } from "../contract/headers.ts";
import type { Decision, HeldState } from "../contract/quarantine-decision.ts";
import { DecisionSchema } from "../contract/quarantine-decision.ts";
import { type Origin, parseQuarantineSubject } from "../contract/subjects.ts";
import type { StoredMessage } from "../shared/stored-messages.ts";

/** A message that a verdict held back, and what became of it. */
export interface HeldMessage {
  /** In QUARANTINE. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
  readonly origin: Origin;
  readonly clientId: string;
  /** Ids of the rules and checks that held it. */
  readonly rules: readonly string[];
  readonly verdict: string;
  readonly data: Uint8Array;
  readonly decision: Decision | undefined;
}

export const stateOf = ({ decision }: Pick<HeldMessage, "decision">): HeldState =>
  decision?.state ?? "held";

/** Undefined for a message whose subject says neither where it came from nor whose it is. */
export function heldMessage(
  message: StoredMessage,
  decision: Decision | undefined,
): HeldMessage | undefined {
  const parsed = parseQuarantineSubject(message.subject);
  if (!parsed) return undefined;
  const { sequence, storedAt, data } = message;
  const rules = message.headers.get(headers.findings).split(",");
  return {
    ...{ ...parsed, sequence, storedAt, data },
    rules: rules.filter((rule) => rule !== ""),
    verdict: message.headers.get(headers.verdict),
    // A stream that was made anew counts from one again: an older decision is about another message.
    decision: decision?.storedAt === storedAt ? decision : undefined,
  };
}

/** What an entry of QUARANTINE_DECISIONS says; undefined for what is none. */
export function decisionIn(message: Pick<StoredMessage, "data">): Decision | undefined {
  try {
    return DecisionSchema.safeParse(JSON.parse(Buffer.from(message.data).toString())).data;
  } catch {
    return undefined;
  }
}
