import { setTimeout as delay } from "node:timers/promises";
import { partitionIds } from "../../contract/partitions.ts";
import type { Logger } from "../../shared/log.ts";
import { assignPartitions } from "./assignment.ts";
import { createCursor } from "./cursor.ts";
import type { HeldPartition } from "./held-partition.ts";
import { createLease, type LeaseEnded, type OwnLease } from "./lease.ts";
import { type LeaseStore, LeaseTaken } from "./lease-store.ts";
import { createLeaseView } from "./lease-view.ts";
import type { PartitionReader } from "./partition-reader.ts";

/** A lease that nobody renewed for so long may be claimed. */
const leaseMs = 2_000;
/** Its owner stops so much earlier, whatever the others see. */
const leaseMarginMs = 500;
const roundMs = 500;
/** While a partition is being handed back, its last message in flight is not waited for longer. */
const settleMs = 20;
/** Without a whole round for so long we cannot claim to take part. */
const contactLimitMs = 5_000;

export interface PartitionOwnerOptions {
  readonly member: string;
  readonly store: LeaseStore;
  readonly read: (held: Pick<HeldPartition, "lease" | "cursor">) => PartitionReader;
  /** Where to start a partition whose cursor stands at `sequence`. */
  readonly startOf: (sequence: number) => Promise<number>;
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
  readonly #held = new Map<number, HeldPartition>();
  readonly #claiming = new Set<number>();
  readonly #running: Promise<void>;
  readonly #wake = new AbortController();
  #draining = false;
  #contactMs: number;

  constructor(options: PartitionOwnerOptions) {
    this.#options = options;
    this.#contactMs = options.clock();
    this.#running = this.#run();
  }

  get held(): ReadonlyMap<number, HeldPartition> {
    return this.#held;
  }

  /** Cursor of the slowest partition of all; undefined unless each has one. */
  get lowestCursor(): number | undefined {
    return this.#view.lowestCursor();
  }

  notReady(): string | undefined {
    const silentMs = this.#options.clock() - this.#contactMs;
    if (silentMs < contactLimitMs) return undefined;
    return `no partition could be renewed or seen for ${Math.round(silentMs / 1000)} s`;
  }

  /** Finishes what is in flight, hands every partition back and leaves. */
  async drain(): Promise<void> {
    this.#draining = true;
    // First of all, so that the others count without us when they see what we hand back.
    await this.#beat();
    for (const held of this.#held.values()) this.#leave(held);
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
    const leaving = [...this.#held.values()].some((held) => held.leaving);
    if (leaving || this.#draining) return delay(Math.max(1, Math.min(settleMs, ms)));
    return delay(Math.max(1, ms), undefined, { signal: this.#wake.signal }).catch(() => {});
  }

  async #round(): Promise<void> {
    const [seen] = await Promise.all([
      this.#attempt("read the partitions", this.#look()),
      this.#beat(),
      ...[...this.#held.values()].map((held) => this.#renew(held)),
    ]);
    if (!seen) return;
    this.#contactMs = this.#options.clock();
    if (!this.#draining) this.#balance();
  }

  #beat(): Promise<boolean> {
    const { store, member } = this.#options;
    return this.#attempt("beat", store.beat(member, { present: !this.#draining }));
  }

  async #look(): Promise<void> {
    const entries = await this.#options.store.read();
    this.#view.observe(entries, this.#options.clock());
  }

  /** Claims run beside the rounds: a slow one must not delay the renewals. */
  #balance(): void {
    const { member, clock } = this.#options;
    const owners = assignPartitions(this.#view.liveMembers(member, clock()), partitionIds);
    for (const partition of partitionIds) {
      const mine = owners.get(partition) === member;
      const held = this.#held.get(partition);
      if (held && !mine) this.#leave(held);
      if (mine && !held && !this.#claiming.has(partition)) void this.#claim(partition);
    }
  }

  async #claim(partition: number): Promise<void> {
    const { store, member, clock, startOf } = this.#options;
    const sight = this.#view.partition(partition, clock());
    if (!sight.claimable) return;
    const sentMs = clock();
    const { sequence } = sight;
    this.#claiming.add(partition);
    try {
      const revision = await store.write(partition, { owner: member, sequence }, sight.revision);
      const trustMs = leaseMs - leaseMarginMs;
      const lease = createLease({ partition, revision, sentMs, trustMs, clock });
      this.#hold(lease, await startOf(sequence));
    } catch (error) {
      // Another one was faster, or nobody knows: then the next reading tells.
      const level = error instanceof LeaseTaken ? "debug" : "warn";
      this.#options.log[level]({ err: error, partition }, "not claimed");
    } finally {
      this.#claiming.delete(partition);
    }
  }

  #hold(lease: OwnLease, start: number): void {
    const { read, log, onEnd } = this.#options;
    const { partition } = lease;
    const cursor = createCursor(start);
    lease.signal.addEventListener("abort", () => {
      this.#held.delete(partition);
      const end = lease.signal.reason as LeaseEnded;
      const level = end.code === "handed-over" ? "info" : "warn";
      log[level]({ partition, sequence: cursor.position, inFlight: cursor.inFlight }, end.message);
      onEnd(end);
    });
    const held = { lease, cursor, reader: read({ lease, cursor }), leaving: false };
    this.#held.set(partition, held);
    if (this.#draining) this.#leave(held);
    log.info({ partition, start }, "partition taken");
  }

  #leave(held: HeldPartition): void {
    held.leaving = true;
    held.reader.stop();
  }

  /** A refusal ends the lease at once; any other failure only when its time is over. */
  async #renew({ lease, cursor }: HeldPartition): Promise<void> {
    if (!lease.held()) return;
    await this.#write(lease, { owner: this.#options.member, sequence: cursor.position });
  }

  async #handBackSettled(): Promise<void> {
    const settled = [...this.#held.values()].filter(
      ({ leaving, reader, lease }) => leaving && reader.settled() && lease.held(),
    );
    await Promise.all(
      settled.map(async ({ lease, cursor }) => {
        const written = await this.#write(lease, { owner: "", sequence: cursor.position });
        if (written) lease.end("handed-over");
      }),
    );
  }

  async #write(lease: OwnLease, entry: { owner: string; sequence: number }): Promise<boolean> {
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
      this.#options.log.warn({ err: error }, `could not ${what}`);
      return false;
    }
  }
}
