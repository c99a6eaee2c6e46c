import { setTimeout as delay } from "node:timers/promises";
import { exceptionLimit } from "../contract/exception.ts";
import { subjects } from "../contract/subjects.ts";
import { askForBar } from "../enforcement/ask-bars.ts";
import { parseExceptionChange } from "../exceptions/exception-schema.ts";
import {
  type ChangeOutcome,
  changeAnswer,
  type IncidentChange,
  parseChange,
} from "../incidents/incident-change.ts";
import { parseIncident } from "../incidents/incident-finding.ts";
import { type SeenFinding, seenFinding } from "../incidents/seen-finding.ts";
import type { Logger } from "../shared/log.ts";
import type { Msg, NatsConnection } from "../shared/nats.ts";
import type { AggregatorMetrics, FindingOutcome } from "./aggregator-metrics.ts";
import type { ClientRisks } from "./enforcement/client-risks.ts";
import { askedAtOnce, Enforcer } from "./enforcement/enforcer.ts";
import { whatBecameOf } from "./enforcement/timeline-entry.ts";
import type { ExceptionSet } from "./exceptions/exception-set.ts";
import type { LabelBook } from "./exceptions/label-book.ts";
import { type FindingSource, markAfter } from "./finding-source.ts";
import { changesOfOneFinding } from "./grouping/gathering.ts";
import type { Groups } from "./grouping/groups.ts";
import { commitLimit, type IncidentCursor, type Journal } from "./journal.ts";
import type { Outbox } from "./notices/outbox.ts";
import { receiversLimit } from "./notices/receivers.ts";
import { entriesOf, exceptionEntries, riskEntries } from "./stored-groups.ts";

export interface TermOptions {
  readonly connection: NatsConnection;
  readonly journal: Journal;
  readonly source: FindingSource;
  readonly groups: Groups;
  readonly exceptions: ExceptionSet;
  readonly labels: Pick<LabelBook, "of">;
  readonly risks: ClientRisks;
  /** After so long half as much is held against a client. */
  readonly halfLifeMs: number;
  readonly log: Logger;
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
/** Of a bar that was answered: what is held against its client, and the timeline of its incident. */
const changesOfBar = 2;
/** No finding is taken when there would not be room for all that may come with it. */
const roomFor =
  commitLimit -
  changesOfOneFinding -
  // What is held against its client.
  1 -
  askedAtOnce * changesOfBar -
  exceptionLimit -
  requestsAtOnce * changesOfDecision -
  receiversLimit;

const unreadable = { refused: "unknown", detail: "that is no request of ours" } as const;
const exceptionRequests = "exception.";
const over = { refused: "unavailable", detail: "another aggregator takes over" } as const;

/**
 * The time in which one replica counts. Findings are taken in order, and what they change is stored
 * together with how far it has come; a failure to do so ends the term, and the next one begins with what is stored.
 */
export class ActiveTerm {
  readonly #options: TermOptions;
  readonly #requests: Msg[] = [];
  readonly #enforcer: Enforcer;
  readonly #wake: { up: AbortController } = { up: new AbortController() };
  #cursor: IncidentCursor;
  #revision: number;
  #committedMs = 0;
  #tickedMs = 0;
  #lookedMs = Number.NEGATIVE_INFINITY;
  /** When the last synthetic attack was sent that was seen; before the first, when this began. */
  #canaryMs: number;

  constructor(options: TermOptions, cursor: IncidentCursor, revision: number) {
    this.#options = options;
    this.#cursor = cursor;
    this.#revision = revision;
    this.#canaryMs = options.now();
    const { connection, risks, groups, metrics, log, now } = options;
    this.#enforcer = new Enforcer({
      ...{ risks, log, clock: () => performance.now() },
      ask: (request) => askForBar(connection, request),
      onFailure: () => metrics.barFailures.inc(),
      onSettled: ({ incident, clientId }, outcome) => {
        const what = whatBecameOf(clientId, outcome);
        if (incident !== undefined && what !== undefined) groups.note(incident, what, now());
      },
    });
  }

  /** In seconds. */
  get canaryAge(): number {
    return Math.max(0, this.#options.now() - this.#canaryMs) / 1_000;
  }

  get behind(): number {
    return Math.max(0, this.#options.source.end - this.#cursor.sequence);
  }

  /** Counts until it is stopped, then hands over. @throws what ended the term otherwise */
  async run(stopping: AbortSignal): Promise<void> {
    const { connection } = this.#options;
    const callback = (error: Error | null, message: Msg) => {
      if (error) return;
      this.#requests.push(message);
      this.#wake.up.abort();
    };
    const hearing = [subjects.incidentChange("*"), subjects.exceptionChange("*")].map((subject) =>
      connection.subscribe(subject, { callback }),
    );
    try {
      while (!stopping.aborted) {
        if (!(await this.#round())) await this.#rest(stopping);
      }
      this.#cursor = { ...this.#cursor, owner: "" };
      await this.#commit();
    } finally {
      for (const each of hearing) each.unsubscribe();
      await this.#enforcer.end();
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
    const { source, exceptions, metrics } = this.#options;
    if (performance.now() - this.#lookedMs >= lookMs) {
      this.#cursor = { ...this.#cursor, ...(await source.look(this.#cursor)) };
      this.#lookedMs = performance.now();
    }
    const { messages, missed } = await source.next(this.#cursor);
    if (missed > 0) metrics.finding("missed", missed);
    const findings = messages.map(seenFinding);
    const labels = await this.#labelsOf(findings);
    let taken = 0;
    for (const finding of findings) {
      if (this.#pending >= roomFor) break;
      if (finding?.canary) this.#canaryMs = Math.max(this.#canaryMs, finding.time);
      else metrics.finding(this.#take(finding, labels));
      taken++;
    }
    this.#cursor = { ...this.#cursor, ...markAfter(this.#cursor, messages.slice(0, taken)) };
    this.#tick();
    const answers = await this.#decide();
    const due = performance.now() - this.#committedMs >= renewMs;
    const pending = this.#pending + exceptions.pending;
    if (messages.length > 0 || missed > 0 || pending > 0 || due) await this.#commit();
    for (const answer of answers) answer();
    return messages.length > 0 || answers.length > 0;
  }

  /** Messages that storing what findings changed will take. */
  get #pending(): number {
    return this.#options.groups.pending + this.#options.risks.pending;
  }

  /** Looks at every open incident, so not in each round. */
  #tick(): void {
    const { groups, exceptions, risks, now } = this.#options;
    if (this.#pending >= roomFor || performance.now() - this.#tickedMs < tickMs) return;
    groups.tick(now(), roomFor - risks.pending);
    risks.tick(now());
    exceptions.tick(now());
    this.#tickedMs = performance.now();
  }

  /** Of the clients of those findings whose becoming depends on them. */
  #labelsOf(findings: readonly (SeenFinding | undefined)[]) {
    const { exceptions, labels } = this.#options;
    return labels.of(
      findings.flatMap((each) => (each && exceptions.asksForLabels(each) ? each.clientId : [])),
    );
  }

  #take(
    finding: SeenFinding | undefined,
    labels: Awaited<ReturnType<LabelBook["of"]>>,
  ): FindingOutcome {
    const { groups, exceptions, risks, metrics, now } = this.#options;
    if (!finding) return "unreadable";
    if (finding.quoted) return "quoted";
    const hidden = exceptions.hide(finding, labels.get(finding.clientId), now());
    if (hidden === "exception") return "excepted";
    const silenced = hidden === "silence";
    if (silenced) metrics.silenced.inc();
    const outcome = groups.take({ ...finding, silenced }, now());
    const incident = groups.incidentOf(finding.rule.id, finding.clientId);
    if (!risks.take(finding, incident, now())) metrics.unheld.inc();
    return outcome;
  }

  /** What people asked for; they are told once it is stored. */
  async #decide(): Promise<readonly (() => void)[]> {
    const answers: (() => void)[] = [];
    for (const message of this.#requests.splice(0, requestsAtOnce)) {
      const answer = message.subject.startsWith(exceptionRequests)
        ? this.#exceptionAnswer(message)
        : await this.#incidentAnswer(message);
      answers.push(() => message.respond(answer));
    }
    return answers;
  }

  #exceptionAnswer({ subject, data }: Msg): string {
    const { exceptions, now } = this.#options;
    const change = parseExceptionChange(subject, data);
    const outcome = change ? exceptions.change(change, now()) : unreadable;
    return JSON.stringify("exception" in outcome ? outcome.exception : outcome);
  }

  async #incidentAnswer({ subject, data }: Msg): Promise<string> {
    const { groups, now } = this.#options;
    const change = parseChange(subject, data);
    const outcome: ChangeOutcome = change
      ? groups.change(change, await this.#stored(change), now())
      : unreadable;
    return changeAnswer(outcome, now());
  }

  async #stored({ id }: IncidentChange) {
    const { journal, groups } = this.#options;
    if (groups.knows(id)) return undefined;
    const found = await journal.last(subjects.incident(id));
    return found && parseIncident(found.data);
  }

  async #commit(): Promise<void> {
    const { journal, groups, exceptions, risks, outbox, now, metrics } = this.#options;
    const entries = [
      ...entriesOf(groups.takeChanges(), now()),
      ...exceptionEntries(exceptions.takeChanges()),
      ...riskEntries(risks.takeChanges(), this.#options.halfLifeMs),
      ...outbox.takeChanges(),
    ];
    this.#revision = await journal.commit(entries, this.#cursor, this.#revision);
    this.#committedMs = performance.now();
    metrics.commits.inc();
    this.#enforcer.run();
  }
}
