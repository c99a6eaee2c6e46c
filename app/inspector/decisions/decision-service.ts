import { isOwnActor } from "../../contract/api-actor.ts";
import type { Lane } from "../../contract/lanes.ts";
import {
  type DecisionAnswer,
  type DecisionOutcome,
  type DecisionRequest,
  DecisionRequestSchema,
  decisionLimitMs,
} from "../../contract/quarantine-decision.ts";
import { type DecisionAsker, subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import type { Msg } from "../../shared/nats.ts";
import type { InspectorMetrics } from "../inspector-metrics.ts";
import { type DecidingOptions, decideHeld, settledOutcome } from "./decide-held.ts";
import type { DecisionAudit } from "./decision-audit.ts";
import { DecisionsFull, type HeldEntry } from "./decision-store.ts";

export interface DecisionServiceOptions extends DecidingOptions {
  readonly lane: Lane;
  readonly audit: DecisionAudit;
  readonly metrics: Pick<InspectorMetrics, "decisions">;
  readonly log: Logger;
}

/** Requests that wait for the one before them. Who comes after those asks again. */
const waitingLimit = 8;

type Outcomes = Map<number, DecisionOutcome>;

/**
 * Does what console and operator ask about messages that this lane has held: delivers them or sees to
 * it that they are never delivered. Whoever asks names a message; its bytes are read here, so nothing
 * can be delivered that is not in QUARANTINE, and nothing without a record in AUDIT.
 */
export class DecisionService {
  readonly #options: DecisionServiceOptions;
  readonly #stop: () => void;
  #turn: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(options: DecisionServiceOptions) {
    this.#options = options;
    const { nats, lane } = options;
    const subscription = nats.subscribe(subjects.decisionRequest(lane.origin, "*"), {
      queue: lane.process,
      callback: (error, message) => {
        if (!error) this.#take(message);
      },
    });
    this.#stop = () => subscription.unsubscribe();
  }

  async drain(): Promise<void> {
    this.#stop();
    await this.#turn;
    await this.#options.audit.drain();
  }

  #take(message: Msg): void {
    const answer = (given: DecisionAnswer) => message.respond(JSON.stringify(given));
    if (this.#waiting >= waitingLimit) {
      answer({ failure: "busy", detail: "other decisions are being made; ask again" });
      return;
    }
    this.#waiting++;
    this.#turn = this.#turn.then(async () => {
      answer(await this.#answerTo(message));
      this.#waiting--;
    });
  }

  async #answerTo(message: Msg): Promise<DecisionAnswer> {
    const request = requestIn(message);
    const asker = message.subject.split(".")[2] as DecisionAsker;
    if (!request || !isOwnActor(asker, request.actor)) {
      return { failure: "malformed", detail: "the request is not one" };
    }
    try {
      return await this.#decide(request, asker);
    } catch (error) {
      this.#options.log.error({ err: error, operation: request.operation }, "decisions not made");
      return { failure: "failed", detail: "the streams cannot be used now; ask again" };
    }
  }

  async #decide(request: DecisionRequest, asker: DecisionAsker): Promise<DecisionAnswer> {
    const { audit, store, metrics } = this.#options;
    const asked = { ...request, asker };
    const outcomes: Outcomes = new Map();
    const open: HeldEntry[] = [];
    const entries = await Promise.all(
      request.messages.map(async ({ sequence, storedAt }) => ({
        ...{ sequence, storedAt, entry: await store.entry(sequence) },
      })),
    );
    for (const { sequence, storedAt, entry } of entries) {
      if (!entry || entry.message.storedAt !== storedAt) outcomes.set(sequence, "unknown");
      else {
        const settled = settledOutcome(entry, request.action);
        if (settled) outcomes.set(sequence, settled);
        else open.push(entry);
      }
    }
    if (open.length > 0) {
      const reason = await audit.announce(
        asked,
        open.map(({ message }) => message),
      );
      if (reason !== undefined) return { failure: "audit-unavailable", detail: reason };
      await this.#decideOpen(open, asked, outcomes);
    }
    const { action } = request;
    for (const outcome of outcomes.values()) metrics.decisions.inc({ action, outcome });
    return {
      outcomes: request.messages.map(({ sequence }) => ({
        ...{ sequence, outcome: outcomes.get(sequence) ?? "unfinished" },
      })),
    };
  }

  /** Those of one client one after the other, in the order in which they were held. */
  async #decideOpen(
    open: readonly HeldEntry[],
    asked: DecisionRequest & { readonly asker: DecisionAsker },
    outcomes: Outcomes,
  ): Promise<void> {
    const signal = AbortSignal.timeout(decisionLimitMs);
    const ordered = open.toSorted((a, b) => a.message.sequence - b.message.sequence);
    const lines = Map.groupBy(ordered, ({ message }) => message.clientId);
    const work = async (line: readonly HeldEntry[]) => {
      for (const [at, entry] of line.entries()) {
        const { sequence } = entry.message;
        try {
          const outcome = await decideHeld(this.#options, { entry, asked }, signal);
          outcomes.set(sequence, outcome);
          this.#options.audit.tell(asked, entry.message, endingOf(outcome), detailOf(outcome));
        } catch (error) {
          this.#giveUp(line.slice(at), asked, error);
          return;
        }
      }
    };
    await Promise.all([...lines.values()].map(work));
  }

  /** What comes behind one that is not delivered is not delivered either: that is the client's order. */
  #giveUp(
    rest: readonly HeldEntry[],
    asked: DecisionRequest & { readonly asker: DecisionAsker },
    error: unknown,
  ): void {
    const { audit, log } = this.#options;
    const reason = error instanceof DecisionsFull ? "decisions-full" : "unfinished";
    const [first, ...others] = rest;
    if (first) audit.tell(asked, first.message, "unknown", reason);
    for (const { message } of others) audit.tell(asked, message, "refused", "not-begun");
    log.warn({ err: error, sequence: first?.message.sequence }, "decision not finished");
  }
}

function endingOf(outcome: DecisionOutcome) {
  if (outcome === "decided") return "done";
  return outcome === "uncertain" ? "unknown" : "refused";
}

const detailOf = (outcome: DecisionOutcome) => (outcome === "decided" ? undefined : outcome);

function requestIn(message: Msg): DecisionRequest | undefined {
  try {
    return DecisionRequestSchema.safeParse(message.json()).data;
  } catch {
    return undefined;
  }
}
