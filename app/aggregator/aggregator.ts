import { setTimeout as delay } from "node:timers/promises";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { ActiveTerm, renewMs } from "./active-term.ts";
import type { AggregatorMetrics } from "./aggregator-metrics.ts";
import { ClientRisks, type RisksSettings } from "./enforcement/client-risks.ts";
import { ExceptionSet } from "./exceptions/exception-set.ts";
import { LabelBook } from "./exceptions/label-book.ts";
import { FindingSource } from "./finding-source.ts";
import type { GroupingSettings } from "./grouping/grouping-settings.ts";
import { Groups } from "./grouping/groups.ts";
import { Deposed, Journal } from "./journal.ts";
import type { NoticeMetrics } from "./notices/notice-metrics.ts";
import { Outbox } from "./notices/outbox.ts";
import type { RenewedReceiver } from "./notices/renewed-receivers.ts";
import { restoreExceptions, restoreGroups, restoreRisks } from "./stored-groups.ts";
import { type Turn, TurnTaker } from "./turn.ts";

export interface AggregatorOptions {
  readonly connection: NatsConnection;
  readonly owner: string;
  readonly grouping: GroupingSettings;
  readonly risks: RisksSettings;
  readonly receivers: readonly RenewedReceiver[];
  readonly noticeMetrics: NoticeMetrics;
  readonly metrics: AggregatorMetrics;
  readonly log: Logger;
}

const lookMs = 500;
const afterFailureMs = 1_000;

/** Makes incidents of findings while it is its turn, and waits for that otherwise. */
export class Aggregator {
  readonly #options: AggregatorOptions;
  readonly #journal: Journal;
  readonly #turns: TurnTaker;
  readonly #watch: NatsWatch;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  #groups: Groups | undefined;
  #exceptions: ExceptionSet | undefined;
  #risks: ClientRisks | undefined;
  #term: ActiveTerm | undefined;
  #looked = false;

  constructor(options: AggregatorOptions) {
    this.#options = options;
    const { connection, owner, metrics } = options;
    this.#journal = new Journal(connection);
    this.#turns = new TurnTaker({ journal: this.#journal, owner, clock: () => performance.now() });
    this.#watch = new NatsWatch(connection);
    metrics.watch({
      active: () => this.#term !== undefined,
      behind: () => this.#term?.behind ?? 0,
      canaryAge: () => this.#term?.canaryAge ?? 0,
      groups: () => this.#groups?.size ?? 0,
      risks: () => this.#risks?.size ?? 0,
      exceptions: (kind) => this.#exceptions?.inForce(kind) ?? 0,
      openIncidents: () => this.#openIncidents(),
    });
    this.#running = this.#run();
  }

  /** Ready as a standby, too. */
  get running(): Running {
    return {
      notReady: () =>
        this.#watch.missing() ?? (this.#looked ? undefined : "INCIDENTS cannot be read"),
      drain: async () => {
        this.#stopping.abort();
        await this.#running;
        await this.#watch.close();
      },
    };
  }

  async #run(): Promise<void> {
    const { log, metrics } = this.#options;
    while (!this.#stopping.signal.aborted) {
      try {
        const turn = await this.#turns.tryTo();
        this.#looked = true;
        if (turn) await this.#serve(turn);
        else await this.#wait(lookMs);
      } catch (error) {
        if (this.#term) metrics.failures.inc();
        const level = error instanceof Deposed ? "warn" : "error";
        log[level]({ err: error }, "no turn, or none any more");
        await this.#wait(afterFailureMs);
      } finally {
        this.#term = undefined;
        this.#groups = undefined;
        this.#exceptions = undefined;
        this.#risks = undefined;
      }
    }
  }

  async #serve(turn: Turn): Promise<void> {
    const { connection, grouping, metrics, log } = this.#options;
    const groups = new Groups(grouping);
    const exceptions = new ExceptionSet(grouping.region);
    const risks = new ClientRisks(this.#options.risks);
    const { cursor } = turn;
    const revision = await this.#keep(turn, async () => {
      await restoreGroups(connection, groups);
      await restoreExceptions(connection, exceptions);
      await restoreRisks(connection, risks);
    });
    const source = new FindingSource(connection, () => performance.now());
    const outbox = await this.#openOutbox(revision);
    try {
      const labels = this.#labelBook();
      const options = { connection, source, groups, exceptions, labels, outbox, metrics, log };
      this.#groups = groups;
      this.#exceptions = exceptions;
      this.#risks = risks;
      this.#term = new ActiveTerm(
        {
          ...{ ...options, risks, halfLifeMs: this.#options.risks.halfLifeMs },
          ...{ journal: this.#journal, now: Date.now },
        },
        cursor,
        revision,
      );
      metrics.takeovers.inc();
      log.info({ sequence: cursor.sequence, groups: groups.size }, "active");
      await this.#term.run(this.#stopping.signal);
    } finally {
      await outbox.close();
    }
  }

  #labelBook(): LabelBook {
    const { connection, metrics, log } = this.#options;
    const onFailure = (error: unknown) => {
      metrics.labelFailures.inc();
      log.warn({ err: error }, "nobody tells the labels of devices: none is hidden by them");
    };
    return new LabelBook({ connection, onFailure, clock: () => performance.now() });
  }

  #openOutbox(end: number): Promise<Outbox> {
    const { connection, receivers, noticeMetrics, log } = this.#options;
    const journal = this.#journal;
    return Outbox.open({ connection, journal, receivers, metrics: noticeMetrics, log }, end);
  }

  /** Renews the turn as long as some work takes. @returns the cursor's revision. */
  async #keep({ cursor, revision }: Turn, work: () => Promise<void>): Promise<number> {
    let latest = revision;
    const done = new AbortController();
    const renewing = (async () => {
      while (!done.signal.aborted) {
        latest = await this.#journal.commit([], cursor, latest);
        await delay(renewMs, undefined, { signal: done.signal }).catch(() => {});
      }
    })();
    try {
      await Promise.race([work(), renewing]);
    } finally {
      done.abort();
      await renewing.catch(() => {});
    }
    await renewing;
    return latest;
  }

  #wait(ms: number): Promise<unknown> {
    return delay(ms, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  #openIncidents() {
    const open = { client: 0, campaign: 0 };
    for (const { kind } of this.#groups?.open ?? []) open[kind]++;
    return open;
  }
}
