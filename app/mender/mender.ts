import { randomUUID } from "node:crypto";
import type { AuditOutbox } from "../audit/audit-outbox.ts";
import { copyEvent, type GivenUpCopy, type MendStatus } from "../audit/copy-event.ts";
import type { Logger } from "../shared/log.ts";
import { type DamagedCopy, diagnose, type Sight } from "./diagnosis.ts";
import { type FollowedCopy, foundOf } from "./followed-copy.ts";
import type { MendMemory, OpenMend } from "./mend-memory.ts";
import type { Hold, MenderMetrics } from "./mender-metrics.ts";
import type { ServerOrders } from "./server-orders.ts";

export interface MenderOptions {
  /** The server beside us. */
  readonly own: string;
  readonly look: () => Promise<Sight>;
  readonly orders: Pick<ServerOrders, "open" | "makeAnew">;
  readonly memory: MendMemory;
  readonly outbox: Pick<AuditOutbox, "begin" | "blocked" | "stored" | "take">;
  /** How long a record may take to be stored before something is done. */
  readonly announceMs: number;
  readonly mostPerDay: number;
  readonly metrics: MenderMetrics;
  readonly log: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** A copy that is not back after that may never be: what else is damaged is seen to again. */
const patienceMs = 3_600_000;

/**
 * Gives up damaged copies of the server beside it, and sees that they become whole again. It reaches
 * the disk of no other server: whatever is wrong with one of these processes, or with all, no two
 * copies of a stream are given up because one of them says so.
 */
export class Mender {
  readonly #options: MenderOptions;
  #before: Sight = new Map();
  #held: Hold | undefined;
  /** What was given up, and was not whole an hour later. */
  #late: readonly FollowedCopy[] = [];

  constructor(options: MenderOptions) {
    this.#options = options;
  }

  /** One look, and what follows from it. */
  async step(): Promise<void> {
    const { orders, memory, own, mostPerDay, clock } = this.#options;
    const [before, now] = await this.#look();
    // It is on its way down, or up again.
    if (orders.open) return;
    if (memory.open) return this.#followUp(memory.open, now);
    const { damaged, obstacle } = diagnose(own, before, now);
    if (damaged.length === 0) return this.#hold(this.#isLate(now) ? "not-whole" : undefined);
    const tooOften = memory.countSince(clock()) >= mostPerDay;
    const reason = obstacle ?? (tooOften ? "too-often" : undefined);
    if (reason !== undefined) return this.#hold(reason, damaged);
    await this.#giveUp(damaged);
  }

  async #look(): Promise<[Sight, Sight]> {
    const before = this.#before;
    this.#before = await this.#options.look();
    return [before, this.#before];
  }

  /** Recorded ahead, looked at once more, and then done. */
  async #giveUp(damaged: readonly DamagedCopy[]): Promise<void> {
    const { outbox, own, orders, memory, log, clock, announceMs } = this.#options;
    const operation = randomUUID();
    if (outbox.blocked !== undefined) return this.#hold("not-recorded", damaged);
    outbox.begin();
    const announcement = this.#tell(operation, damaged, "requested");
    if (!(await outbox.stored(announcement, announceMs))) {
      this.#tell(operation, damaged, "refused", "audit-unavailable");
      return this.#hold("not-recorded", damaged);
    }
    const [before, now] = await this.#look();
    const again = diagnose(own, before, now);
    if (again.obstacle !== undefined || again.damaged.length < damaged.length) {
      this.#tell(operation, damaged, "refused", again.obstacle ?? "not-damaged");
      return;
    }
    this.#hold(undefined);
    const copies = damaged.map((copy) => ({ ...copy, goal: goalOf(copy, now) }));
    memory.begin({ operation, copies }, clock());
    log.error({ copies, operation }, "damaged copies are given up, and made anew from the others");
    orders.makeAnew(damaged);
  }

  /** Whether copies that were given up are whole and as far as the others were. */
  #followUp({ operation, copies }: OpenMend, now: Sight): void {
    const { own, memory, metrics, log, clock } = this.#options;
    const found = copies.map((copy) => foundOf(own, copy, now));
    if (found.includes("damaged")) {
      this.#tell(operation, copies, "refused", "damaged-again");
      log.error({ copies, operation }, "copies that were made anew are damaged");
      memory.end();
    } else if (found.every((each) => each === "whole")) {
      this.#tell(operation, copies, "done");
      log.warn({ copies, operation }, "copies were made anew and are whole");
      for (const { stream } of copies) metrics.madeAnew(stream);
      memory.end();
    } else if (clock() > memory.lastAt + patienceMs) {
      this.#tell(operation, copies, "refused", "not-whole");
      memory.end();
      this.#late = copies;
      this.#hold("not-whole", copies);
    }
  }

  #isLate(now: Sight): boolean {
    this.#late = this.#late.filter((copy) => foundOf(this.#options.own, copy, now) !== "whole");
    return this.#late.length > 0;
  }

  #tell(
    operation: string,
    copies: readonly GivenUpCopy[],
    status: MendStatus,
    detail?: string,
  ): string {
    const { own: server, outbox, clock } = this.#options;
    const told = copies.map(({ account, stream, missing }) => ({ account, stream, missing }));
    const draft = copyEvent({
      ...{ server, copies: told, operation, status, nowMs: clock() },
      ...(detail !== undefined && { detail }),
    });
    outbox.begin();
    outbox.take(draft);
    return draft.id;
  }

  #hold(reason: Hold | undefined, damaged: readonly DamagedCopy[] = []): void {
    const { metrics, log } = this.#options;
    metrics.hold(reason);
    if (reason !== undefined && reason !== this.#held) {
      log.error({ reason, damaged }, "damaged copies are left as they are");
    }
    this.#held = reason;
  }
}

/** How far the others are: a copy that has come so far has caught up. */
function goalOf({ account, stream }: DamagedCopy, sight: Sight): number {
  const ends = [...sight.values()].map(
    (server) =>
      server?.copies.find((copy) => copy.account === account && copy.stream === stream)?.state
        .last_seq ?? 0,
  );
  return Math.max(...ends);
}
