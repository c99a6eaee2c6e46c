import { setTimeout as delay } from "node:timers/promises";
import { type DecisionOutcome, decisionBatch } from "../contract/quarantine-decision.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { StreamUnread } from "../shared/stored-messages.ts";
import {
  type AskedDecisions,
  askDecisions,
  type Decided,
  DecisionsUnavailable,
} from "./ask-decisions.ts";
import { type HeldMessage, stateOf } from "./held-message.ts";
import { type HeldFilter, type HeldPage, heldPage, lookLimit } from "./quarantine.ts";

export type OutcomeCounts = Record<DecisionOutcome, number>;

export const noOutcomes = (): OutcomeCounts => ({
  ...{ decided: 0, unchanged: 0, refused: 0, unknown: 0, unfinished: 0, uncertain: 0 },
});

/**
 * Where QUARANTINE ends now: what is held later is not among "all that match".
 *
 * @throws StreamUnread
 */
export async function quarantineEnd(connection: NatsConnection): Promise<number> {
  try {
    const { streams } = await jetstreamManager(connection, { checkAPI: false });
    return (await streams.info("QUARANTINE")).state.last_seq;
  } catch (cause) {
    throw new StreamUnread("QUARANTINE does not say where it ends", { cause });
  }
}

const attempts = 5;
const [firstPauseMs, longestPauseMs] = [200, 2_000];

/**
 * Asks again what was not answered or not finished, before anything that comes after it.
 *
 * @throws DecisionsUnavailable when that has no end.
 */
export async function askPatiently(
  connection: Pick<NatsConnection, "request">,
  asked: AskedDecisions,
  messages: readonly HeldMessage[],
): Promise<readonly Decided[]> {
  const decided = new Map<number, Decided>();
  for (let attempt = 1; ; attempt++) {
    const open = messages.filter(({ sequence }) => !decided.has(sequence));
    try {
      for (const each of await askDecisions(connection, asked, open)) {
        if (each.outcome !== "unfinished") decided.set(each.message.sequence, each);
      }
      if (decided.size === messages.length) return [...decided.values()];
      if (attempt >= attempts) {
        return messages.map(
          (message) => decided.get(message.sequence) ?? { message, outcome: "unfinished" },
        );
      }
    } catch (error) {
      if (!(error instanceof DecisionsUnavailable) || attempt >= attempts) throw error;
      // Its performer has waited for AUDIT already.
      if (error.code === "audit-unavailable") throw error;
    }
    await delay(Math.min(firstPauseMs * 2 ** (attempt - 1), longestPauseMs));
  }
}

export interface Matching {
  readonly filter: Omit<HeldFilter, "state">;
  /** Sequence after which it begins. */
  readonly after: number;
  /** The last sequence that is meant. */
  readonly upTo: number;
}

/** What became of some messages; none where no message matched. */
export interface Step {
  readonly decided: readonly Decided[];
  /** The last sequence that was looked at, so that whoever breaks off can go on behind it. */
  readonly looked: number;
}

/**
 * Has all decided about that match and are open, in the order in which they were held; hands over
 * what became of each group, and how far it is after each page that was read, whatever matched.
 * Whoever does it again after it was broken off goes on with what is left.
 *
 * @throws DecisionsUnavailable, StreamUnread
 */
export async function* decideMatching(
  connection: NatsConnection,
  asked: AskedDecisions,
  { filter, after, upTo }: Matching,
): AsyncGenerator<Step> {
  for (let from: number | undefined = after; from !== undefined && from < upTo; ) {
    const page: HeldPage = await heldPage(connection, filter, { after: from, limit: lookLimit });
    const open = page.messages.filter((message) => message.sequence <= upTo && isOpen(message));
    for (let at = 0; at < open.length; at += decisionBatch) {
      const group = open.slice(at, at + decisionBatch);
      const decided = await askPatiently(connection, asked, group);
      yield { decided, looked: group.at(-1)?.sequence ?? from };
    }
    from = page.next;
    if (from !== undefined) yield { decided: [], looked: from };
  }
}

function isOpen(message: HeldMessage): boolean {
  const state = stateOf(message);
  return state === "held" || state === "releasing";
}
