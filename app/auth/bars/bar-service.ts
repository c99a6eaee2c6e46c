import { LRUCache } from "lru-cache";
import type { AuditOutbox } from "../../audit/audit-outbox.ts";
import type { AuditDraft } from "../../audit/audit-record.ts";
import { withheldRecord } from "../../audit/authentication-event.ts";
import { barRecord, liftRecord } from "../../audit/bar-event.ts";
import { isOwnActor } from "../../contract/api-actor.ts";
import { type EnforcementMode, enforcementModes } from "../../contract/enforcement.ts";
import { type BarOutcome, type BarRefusal, barAnswer } from "../../enforcement/ask-bars.ts";
import {
  type Bar,
  parseBarRequest,
  parseLiftRequest,
  subjectOfBar,
} from "../../enforcement/bar.ts";
import type { Logger } from "../../shared/log.ts";
import { jetstream } from "../../shared/nats.ts";
import type { AuthConnections } from "../connections.ts";
import { Closings } from "../cut-off/closings.ts";
import { MinuteBudget } from "../cut-off/minute-budget.ts";
import { WithheldCutOffs, type WithholdingCause } from "../cut-off/withheld-cut-offs.ts";
import { LiveSessions } from "../revocation/live-sessions.ts";
import { SessionCloser } from "../revocation/session-closer.ts";
import type { createBarMetrics } from "./bar-metrics.ts";
import { Bars, type BarsOptions } from "./bars.ts";
import { followBars } from "./follow-bars.ts";

export interface BarServiceOptions extends BarsOptions {
  readonly connections: Pick<AuthConnections, "auth" | "system" | "peers">;
  readonly outbox: Pick<AuditOutbox, "offer" | "blocked">;
  /** Whether there is such a device. True as well when it cannot be told. */
  readonly exists: (clientId: string) => Promise<boolean>;
  readonly metrics: ReturnType<typeof createBarMetrics>;
  readonly log: Logger;
}

/** Shorter than whoever asks waits for the answer. */
const storeLimitMs = 2_500;
/** What is told of them at a time, and how many bytes of it: a message takes 1 MiB. */
const listLimit = 1_000;
const listBytes = 512 * 1_024;
/** Requests that wait for their turn; the aggregator asks for one at a time. */
const waitingLimit = 20;
/** Decisions of which it is known that AUDIT has them. */
const recordedLimit = 5_000;
/** Ids that are no device's, of which each makes a read of the table. */
const strangersPerMinute = 60;
/** How often it is recorded how many requests were not followed. */
const countsEveryMs = 10_000;

/**
 * Keeps out devices that policy bars: the aggregator asks, this decides whether there is room for it, and
 * every replica of every region follows. Each answers requests as JSON: see `BarOutcome`.
 *
 * Bars are made one after the other, and only by who has read those that are stored: whoever has the
 * aggregator's password may ask for thousands in a moment. Replicas that decide in the same moment do not
 * see each other's: the bound may be passed by one for each of them.
 */
export class BarService {
  readonly #options: BarServiceOptions;
  readonly #bars: Bars;
  readonly #strange: MinuteBudget;
  readonly #withheld: WithheldCutOffs;
  readonly #closing: Closings;
  readonly #readers: readonly { readonly stop: () => void }[];
  readonly #counts: NodeJS.Timeout;
  readonly #unread = new Set<EnforcementMode>(enforcementModes);
  readonly #recorded = new LRUCache<string, true>({ max: recordedLimit });
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(options: BarServiceOptions) {
    const { connections, metrics, log, clock } = options;
    this.#options = options;
    this.#bars = new Bars(options);
    this.#strange = new MinuteBudget(strangersPerMinute, clock);
    this.#withheld = new WithheldCutOffs(clock);
    this.#closing = new Closings({
      closer: new SessionCloser({
        sessions: new LiveSessions(connections.system.connection),
        onClosed: ({ clientId }) =>
          log.info({ client: clientId }, "session of a barred device closed"),
      }),
      ...{ clock, log },
      onFailure: () => metrics.closingFailures.inc(),
      stillWanted: (clientId) => this.isBarred(clientId),
    });
    const follow = { onBar: (bar: Bar) => this.#learn(bar), log };
    this.#readers = [
      followBars({
        ...{ ...follow, ...connections.auth, modes: enforcementModes },
        onRead: (mode) => this.#unread.delete(mode),
      }),
      ...connections.peers.map((peer) => followBars({ ...follow, ...peer, modes: ["enforce"] })),
    ];
    this.#counts = setInterval(() => this.#tellWithheld(), countsEveryMs).unref();
    metrics.watchInForce((mode) => this.#bars.inForce(mode));
  }

  isBarred(clientId: string): boolean {
    return this.#bars.isBarred(clientId);
  }

  async bar(data: Uint8Array): Promise<string> {
    const request = parseBarRequest(data);
    if (!request) return barAnswer(unreadable);
    if (this.#unread.size > 0) return barAnswer(refusal("unavailable", "bars are not read yet"));
    if (this.#waiting >= waitingLimit) return barAnswer(refusal("unavailable", "too many at once"));
    this.#waiting++;
    const turn = this.#turn.then(() => this.#bar(request)).finally(() => this.#waiting--);
    this.#turn = turn.catch(() => {});
    return barAnswer(await turn);
  }

  async lift(subject: string, data: Uint8Array): Promise<string> {
    const request = parseLiftRequest(data);
    const own = request && isOwnActor(subject.split(".").at(-1), request.actor);
    return barAnswer(own ? await this.#lift(request) : unreadable);
  }

  /** `{bars}`, the latest first, as many as a message takes. */
  list(): string {
    let bytes = 0;
    const bars = this.#bars.list(listLimit).map((bar) => JSON.stringify(bar));
    const fitting = bars.filter((bar) => {
      bytes += Buffer.byteLength(bar) + 1;
      return bytes < listBytes;
    });
    return `{"bars":[${fitting.join(",")}]}`;
  }

  stop(): void {
    clearInterval(this.#counts);
    this.#tellWithheld();
    for (const reader of this.#readers) reader.stop();
  }

  async #bar(request: NonNullable<ReturnType<typeof parseBarRequest>>): Promise<BarOutcome> {
    const { exists, metrics, log, clock } = this.#options;
    const { clientId, incident } = request;
    const known = this.#bars.answering(request);
    if (known) return { bar: known };
    const full = this.#bars.full ?? (this.#strange.hasRoom() ? undefined : "too many strangers");
    if (full !== undefined) {
      log.warn({ client: clientId, incident, reason: full }, "a bar was withheld");
      return this.#withhold("limit", full);
    }
    if (!(await exists(clientId))) {
      this.#strange.note(clock());
      return this.#withhold("unknown", "there is no such device");
    }
    const made = this.#bars.made(request);
    const outcome = await this.#record(made, barRecord(made));
    if (outcome.bar) {
      metrics.made(made.mode);
      log.warn({ client: clientId, incident, mode: made.mode }, "a device is barred");
    }
    return outcome;
  }

  async #lift(request: NonNullable<ReturnType<typeof parseLiftRequest>>): Promise<BarOutcome> {
    const { metrics, log } = this.#options;
    const { clientId, actor } = request;
    const lifted = this.#bars.lifted(request);
    if (!lifted) return refusal("unknown", `${clientId} is not barred`);
    const outcome = await this.#record(lifted, liftRecord(lifted));
    if (outcome.bar) {
      metrics.lifted.inc();
      log.warn({ client: clientId, actor }, "a bar is lifted");
    }
    return outcome;
  }

  /** Into AUDIT first, then for all replicas. */
  async #record(bar: Bar, record: AuditDraft): Promise<BarOutcome> {
    const { connections, outbox, metrics, log } = this.#options;
    const msgID = `${bar.lifted ? "lift" : "bar"}:${bar.id}`;
    try {
      // Once, however often it is tried to be stored.
      if (!this.#recorded.has(msgID) && !outbox.offer(record)) {
        throw new Error(outbox.blocked ?? "AUDIT takes nothing");
      }
      this.#recorded.set(msgID, true);
      const js = jetstream(connections.auth.connection);
      await js.publish(subjectOfBar(bar), JSON.stringify(bar), { msgID, timeout: storeLimitMs });
    } catch (error) {
      metrics.failures.inc();
      log.error({ err: error, client: bar.clientId }, "what was asked of a bar is not stored");
      return refusal("unavailable", "it could not be stored");
    }
    this.#learn(bar);
    return { bar };
  }

  #learn(bar: Bar): void {
    if (this.#bars.learn(bar)) this.#closing.add(bar.clientId);
  }

  #withhold(cause: WithholdingCause, detail: string): BarOutcome {
    const { metrics, mode } = this.#options;
    metrics.withheld(cause, mode);
    this.#withheld.count(cause);
    return refusal(cause, detail);
  }

  #tellWithheld(): void {
    const { outbox } = this.#options;
    this.#withheld.tell((each) => outbox.offer(withheldRecord(each, "bars-withheld")));
  }
}

const refusal = (refused: BarRefusal, detail: string): BarOutcome => ({ refused, detail });
const unreadable = refusal("unknown", "that is no request of ours");
