import { setTimeout as delay } from "node:timers/promises";
import { type PartitionEntry, partitionIds } from "../../contract/partitions.ts";
import type { Logger } from "../../shared/log.ts";
import { continues, type StreamMark } from "../../shared/stream-sight.ts";
import { assignPartitions } from "./assignment.ts";
import { createCursor } from "./cursor.ts";
import type { HeldPartition } from "./held-partition.ts";
import { HeldPartitions } from "./held-partitions.ts";
import type { LogSight } from "./ingress-tail.ts";
import { createLease, type LeaseEnded, type OwnLease } from "./lease.ts";
import { type LeaseStore, LeaseTaken } from "./lease-store.ts";
import { createLeaseView } from "./lease-view.ts";
import { Participation } from "./participation.ts";
import type { PartitionReader } from "./partition-reader.ts";
import { type SentAlertsView, SettledPosition } from "./settled-position.ts";

/** A lease that nobody renewed for so long may be claimed. */
const leaseMs = 2_000;
/** Its owner stops half a second earlier, whatever the others see. */
const trustMs = leaseMs - 500;
const roundMs = 500;
/** While a partition is being handed back, its last message in flight is not waited for longer. */
const settleMs = 20;

export interface PartitionOwnerOptions {
  readonly member: string;
  readonly store: LeaseStore;
  readonly read: (held: Pick<HeldPartition, "lease" | "cursor">) => PartitionReader;
  /** The log as it is now. */
  readonly look: () => Promise<LogSight>;
  /** Resolves when what the cursors are past has also been sent to whom it is for. */
  readonly settled: () => Promise<void>;
  readonly sent: SentAlertsView;
  readonly onEnd: (end: LeaseEnded) => void;
  readonly log: Logger;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/**
 * Takes part in sharing the partitions among the live replicas.
 *
 * Every half second: show that we live, renew what we hold and move its cursor, look at everybody's
 * entries, claim what is ours and free, hand back what belongs to another. All of it rests on
 * compare-and-set: two replicas that see things differently cannot both hold a partition.
 */
export class PartitionOwner {
  readonly #options: PartitionOwnerOptions;
  readonly #view = createLeaseView(leaseMs);
  readonly #held: HeldPartitions;
  readonly #participation: Participation;
  readonly #claiming = new Set<number>();
  readonly #running: Promise<void>;
  readonly #wake = new AbortController();
  #draining = false;
  #confirming = false;
  #log: LogSight | undefined;

  constructor(options: PartitionOwnerOptions) {
    this.#options = options;
    this.#held = new HeldPartitions({ ...options, patienceMs: leaseMs });
    this.#participation = new Participation(options.clock);
    this.#running = this.#run();
  }

  get held(): ReadonlyMap<number, HeldPartition> {
    return this.#held;
  }

  /** Cursor of the slowest partition of all; undefined unless each has one in this very log. */
  lowestCursor(log: LogSight): number | undefined {
    return this.#view.lowestCursor(log);
  }

  notReady(): string | undefined {
    return this.#participation.notReady();
  }

  /** Finishes what is in flight, hands every partition back and leaves. */
  async drain(): Promise<void> {
    this.#draining = true;
    // First of all, so that the others count without us when they see what we hand back.
    await this.#beat();
    for (const held of this.#held.values()) this.#held.leave(held);
    this.#wake.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    let roundAtMs = Number.NEGATIVE_INFINITY;
    while (!this.#draining || this.#held.size > 0 || this.#claiming.size > 0) {
      if (clock() - roundAtMs >= roundMs) {
        roundAtMs = clock();
        await this.#round();
      }
      await this.#handBackSettled();
      await this.#pause(roundMs - (clock() - roundAtMs));
    }
  }

  #pause(ms: number): Promise<void> {
    if (this.#held.leaving || this.#draining) return delay(Math.max(1, Math.min(settleMs, ms)));
    return delay(Math.max(1, ms), undefined, { signal: this.#wake.signal }).catch(() => {});
  }

  async #round(): Promise<void> {
    const [seen] = await Promise.all([
      this.#attempt("see the partitions", this.#look()),
      this.#beat(),
      ...[...this.#held.values()].map((held) => this.#renew(held)),
    ]);
    if (!seen) return;
    const share = this.#draining ? 0 : this.#balance();
    this.#participation.took({ share, owned: this.#held.size });
  }

  #beat(): Promise<boolean> {
    const { store, member } = this.#options;
    return this.#attempt("beat", store.beat(member, { present: !this.#draining, sends: true }));
  }

  async #look(): Promise<void> {
    const { store, clock, log } = this.#options;
    const [reading] = await Promise.all([store.read(), this.#confirm()]);
    if (!this.#view.observe(reading, clock())) {
      log.warn(
        { created: reading.sight.created },
        "the partitions' entries are others than before",
      );
    }
    if (this.#view.allSend(clock())) await store.noteAllSend();
  }

  async #confirm(): Promise<void> {
    this.#log = await this.#held.confirm();
  }

  /**
   * Claims run beside the rounds: a slow one must not delay the renewals.
   *
   * @returns how many partitions are to be ours.
   */
  #balance(): number {
    const { member, clock } = this.#options;
    const ids = partitionIds(this.#log?.partitions ?? 0);
    const owners = assignPartitions(this.#view.liveMembers(member, clock()), ids);
    const mine = new Set(ids.filter((partition) => owners.get(partition) === member));
    for (const [partition, held] of this.#held) if (!mine.has(partition)) this.#held.leave(held);
    for (const partition of mine) {
      if (!this.#held.has(partition) && !this.#claiming.has(partition)) void this.#claim(partition);
    }
    return mine.size;
  }

  async #claim(partition: number): Promise<void> {
    const { store, member, clock, look } = this.#options;
    const sight = this.#view.partition(partition, clock());
    if (!sight.claimable) return;
    const sentMs = clock();
    this.#claiming.add(partition);
    try {
      const entry = { owner: member, ...sight.mark };
      const revision = await store.write(partition, entry, sight.revision);
      const log = await look();
      const inDoubtUpTo = sight.decidedUpTo ?? log.lastSequence;
      const grant = { partition, inDoubtUpTo, revision, sentMs, trustMs, clock };
      this.#hold(createLease(grant), sight.mark, log);
    } catch (error) {
      // Another one was faster, or nobody knows: then the next reading tells.
      if (error instanceof LeaseTaken) this.#view.forget(partition);
      const level = error instanceof LeaseTaken ? "debug" : "warn";
      this.#options.log[level]({ err: error, partition }, "not claimed");
    } finally {
      this.#claiming.delete(partition);
    }
  }

  /** In another log than that of the mark, all is unread: to repeat is safe, to skip is not. */
  #hold(lease: OwnLease, mark: StreamMark, sight: LogSight): void {
    const { read, log, onEnd, sent } = this.#options;
    const { partition } = lease;
    const { created, at } = sight;
    const start = continues(mark, sight) ? mark.sequence : 0;
    const cursor = createCursor(start);
    lease.signal.addEventListener("abort", () => {
      this.#held.delete(partition);
      const end = lease.signal.reason as LeaseEnded;
      const level = end.code === "handed-over" ? "info" : "warn";
      log[level]({ partition, sequence: cursor.position, inFlight: cursor.inFlight }, end.message);
      onEnd(end);
    });
    const confirmed = { created, sequence: start, at };
    const reader = read({ lease, cursor });
    const times = { replacedMs: undefined, settledMs: undefined };
    const settled = new SettledPosition(start, sent);
    const held = { lease, cursor, reader, settled, confirmed, ...times, leaving: false };
    this.#held.set(partition, held);
    if (this.#draining) this.#held.leave(held);
    log.info({ partition, start, created }, "partition taken");
  }

  /** A refusal ends the lease at once; any other failure only when its time is over. */
  async #renew({ lease, confirmed }: HeldPartition): Promise<void> {
    if (!lease.held()) return;
    await this.#write(lease, { owner: this.#options.member, ...confirmed });
  }

  async #handBackSettled(): Promise<void> {
    const due = this.#held.toHandBack();
    if (!due.every(({ confirmed }) => confirmed)) void this.#confirmBeside();
    const ready = due.flatMap(({ held, confirmed }) => (confirmed ? [held] : []));
    await Promise.all(
      ready.map(async ({ lease, cursor, confirmed }) => {
        // What is in doubt stays so until it is read.
        const decidedUpTo = Math.max(lease.inDoubtUpTo, cursor.lastTaken());
        const entry = { owner: "", ...confirmed, decidedUpTo };
        if (await this.#write(lease, entry)) lease.end("handed-over");
      }),
    );
  }

  /** Not in the way of the renewals. */
  async #confirmBeside(): Promise<void> {
    if (this.#confirming) return;
    this.#confirming = true;
    await this.#attempt("see the log", this.#confirm());
    this.#confirming = false;
  }

  async #write(lease: OwnLease, entry: PartitionEntry): Promise<boolean> {
    const { store, clock, log } = this.#options;
    const sentMs = clock();
    try {
      lease.renewed(await store.write(lease.partition, entry, lease.revision), sentMs);
      return true;
    } catch (error) {
      if (error instanceof LeaseTaken) lease.end("taken");
      else log.warn({ err: error, partition: lease.partition }, "lease not renewed");
      return false;
    }
  }

  /** True when it worked. What fails in one round is tried again in the next. */
  async #attempt(what: string, action: Promise<void>): Promise<boolean> {
    try {
      await action;
      return true;
    } catch (error) {
      this.#participation.failed(error instanceof Error ? error.message : String(error));
      this.#options.log.warn({ err: error }, `could not ${what}`);
      return false;
    }
  }
}
