import { setTimeout as delay } from "node:timers/promises";
import { subjects } from "../contract/subjects.ts";
import {
  type ChangeOutcome,
  changeAnswer,
  type IncidentChange,
  parseChange,
} from "../incidents/incident-change.ts";
import { parseIncident } from "../incidents/incident-finding.ts";
import type { Msg, NatsConnection } from "../shared/nats.ts";
import type { AggregatorMetrics } from "./aggregator-metrics.ts";
import { type FindingSource, markAfter } from "./finding-source.ts";
import { changesOfOneFinding } from "./grouping/gathering.ts";
import type { Groups } from "./grouping/groups.ts";
import { commitLimit, type IncidentCursor, type Journal } from "./journal.ts";
import type { Outbox } from "./notices/outbox.ts";
import { receiversLimit } from "./notices/receivers.ts";
import { seenFinding } from "./seen-finding.ts";
import { entriesOf } from "./stored-groups.ts";

export interface TermOptions {
  readonly connection: NatsConnection;
  readonly journal: Journal;
  readonly source: FindingSource;
  readonly groups: Groups;
  readonly outbox: Pick<Outbox, "takeChanges">;
  readonly metrics: AggregatorMetrics;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What changed is stored, and the lease renewed, at least so often. */
export const renewMs = 1_000;
const idleMs = 200;
const tickMs = 1_000;
/** How often it is looked whether the stream of findings still is the same one. */
const lookMs = 2_000;
const requestsAtOnce = 50;
/** Of an incident that a person closes: it, and that it is over. */
const changesOfDecision = 2;
/** No finding is taken when there would not be room for all that may come with it. */
const roomFor =
  commitLimit - changesOfOneFinding - requestsAtOnce * changesOfDecision - receiversLimit;

const unreadable = { refused: "unknown", detail: "that is no request of an incident" } as const;
const over = { refused: "unavailable", detail: "another aggregator takes over" } as const;

/**
 * The time in which one replica counts. Findings are taken in order, and what they change is stored
 * together with how far it has come; a failure to do so ends the term, and the next one begins with what is stored.
 */
export class ActiveTerm {
  readonly #options: TermOptions;
  readonly #requests: Msg[] = [];
  readonly #wake: { up: AbortController } = { up: new AbortController() };
  #cursor: IncidentCursor;
  #revision: number;
  #committedMs = 0;
  #tickedMs = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;

  constructor(options: TermOptions, cursor: IncidentCursor, revision: number) {
    this.#options = options;
    this.#cursor = cursor;
    this.#revision = revision;
  }

  get behind(): number {
    return Math.max(0, this.#options.source.end - this.#cursor.sequence);
  }

  /** Counts until it is stopped, then hands over. @throws what ended the term otherwise */
  async run(stopping: AbortSignal): Promise<void> {
    const { connection } = this.#options;
    const hear = connection.subscribe(subjects.incidentChange("*"), {
      callback: (error, message) => {
        if (error) return;
        this.#requests.push(message);
        this.#wake.up.abort();
      },
    });
    try {
      while (!stopping.aborted) {
        if (!(await this.#round())) await this.#rest(stopping);
      }
      this.#cursor = { ...this.#cursor, owner: "" };
      await this.#commit();
    } finally {
      hear.unsubscribe();
      // Who is asked again by then is another one, or this one when it is active anew.
      for (const message of this.#requests) message.respond(changeAnswer(over, 0));
    }
  }

  async #rest(stopping: AbortSignal): Promise<void> {
    this.#wake.up = new AbortController();
    if (this.#requests.length > 0) return;
    const signal = AbortSignal.any([stopping, this.#wake.up.signal]);
    await delay(idleMs, undefined, { signal }).catch(() => {});
  }

  /** @returns whether there may be more to do at once. */
  async #round(): Promise<boolean> {
    const { source, groups, metrics } = this.#options;
    if (performance.now() - this.#lookedMs >= lookMs) {
      this.#cursor = { ...this.#cursor, ...(await source.look(this.#cursor)) };
      this.#lookedMs = performance.now();
    }
    const { messages, missed } = await source.next(this.#cursor);
    if (missed > 0) metrics.finding("missed", missed);
    let taken = 0;
    for (const message of messages) {
      if (groups.pending >= roomFor) break;
      this.#take(message);
      taken++;
    }
    this.#cursor = { ...this.#cursor, ...markAfter(this.#cursor, messages.slice(0, taken)) };
    this.#tick();
    const answers = await this.#decide();
    const due = performance.now() - this.#committedMs >= renewMs;
    if (messages.length > 0 || missed > 0 || groups.pending > 0 || due) await this.#commit();
    for (const answer of answers) answer();
    return messages.length > 0 || answers.length > 0;
  }

  /** Looks at every open incident, so not in each round. */
  #tick(): void {
    const { groups, now } = this.#options;
    if (groups.pending >= roomFor || performance.now() - this.#tickedMs < tickMs) return;
    groups.tick(now(), roomFor);
    this.#tickedMs = performance.now();
  }

  #take(message: Parameters<typeof seenFinding>[0]): void {
    const { groups, metrics, now } = this.#options;
    const finding = seenFinding(message);
    if (!finding) metrics.finding("unreadable");
    else if (finding.quoted) metrics.finding("quoted");
    else metrics.finding(groups.take(finding, now()));
  }

  /** What people asked for; they are told once it is stored. */
  async #decide(): Promise<readonly (() => void)[]> {
    const { groups, now } = this.#options;
    const answers: (() => void)[] = [];
    for (const message of this.#requests.splice(0, requestsAtOnce)) {
      const change = parseChange(message.subject, message.data);
      if (!change) {
        message.respond(changeAnswer(unreadable, now()));
        continue;
      }
      const outcome: ChangeOutcome = groups.change(change, await this.#stored(change), now());
      answers.push(() => message.respond(changeAnswer(outcome, now())));
    }
    return answers;
  }

  async #stored({ id }: IncidentChange) {
    const { journal, groups } = this.#options;
    if (groups.knows(id)) return undefined;
    const found = await journal.last(subjects.incident(id));
    return found && parseIncident(found.data);
  }

  async #commit(): Promise<void> {
    const { journal, groups, outbox, now, metrics } = this.#options;
    const entries = [...entriesOf(groups.takeChanges(), now()), ...outbox.takeChanges()];
    this.#revision = await journal.commit(entries, this.#cursor, this.#revision);
    this.#committedMs = performance.now();
    metrics.commits.inc();
  }
}
