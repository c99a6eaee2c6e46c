import type { Lease } from "../partitions/lease.ts";

/** An alert that MQTT_ALERTS has. */
export interface StoredAlert {
  /** In MQTT_ALERTS. */
  readonly subject: string;
  readonly payload: Uint8Array | string;
}

/** The right to send, as long as nobody else has taken over. */
export type Right = Pick<Lease, "signal" | "held" | "keepsSent">;

/** An alert that was sent, and under which right. */
export interface SentAlert extends StoredAlert {
  /** Under which it is stored. */
  readonly id: string;
  readonly right: Right;
}

interface Kept extends Omit<SentAlert, "right"> {
  right: Right;
  readonly payload: Buffer;
  readonly atMs: number;
  /** The how manieth it is of all. */
  readonly number: number;
}

/** Beyond that nothing more is sent until some of it is certain. */
const [alertLimit, byteLimit] = [8_192, 8 * 1024 ** 2];

/** The alerts that were sent and may have got lost on the way, in the order in which they were sent. */
export class SentAlerts {
  #alerts: Kept[] = [];
  #bytes = 0;
  #count = 0;

  get size(): number {
    return this.#alerts.length;
  }

  get full(): boolean {
    return this.size >= alertLimit || this.#bytes >= byteLimit;
  }

  /** How many were added so far. */
  get count(): number {
    return this.#count;
  }

  /** Whether, of the first so many that were added, none is kept any more. */
  isSettled(count: number): boolean {
    const [first] = this.#alerts;
    return first === undefined || first.number > count;
  }

  /** Times are monotonic milliseconds. */
  add({ subject, payload, id, right }: SentAlert, atMs: number): void {
    // What comes by NATS is a view into a larger buffer, which would be kept as long as the view.
    const own = Buffer.from(payload);
    this.#alerts.push({ subject, payload: own, id, right, atMs, number: ++this.#count });
    this.#bytes += own.length;
  }

  /** What was sent before is on its way. */
  settle(beforeMs: number): void {
    const first = this.#alerts.findIndex(({ atMs }) => atMs >= beforeMs);
    const gone = this.#alerts.splice(0, first < 0 ? this.size : first);
    for (const { payload } of gone) this.#bytes -= payload.length;
  }

  /** Whoever has this right by now has read the alert as well: if it is kept, then under this one. */
  moveTo(right: Right, id: string): void {
    const kept = this.#alerts.findLast((alert) => alert.id === id);
    if (kept) kept.right = right;
  }

  /** Lets go of those that whoever has the right by now sends, since no cursor of ours is past them. */
  leaveToOthers(): readonly SentAlert[] {
    const isOurs = ({ right }: Kept) => right.keepsSent || right.held();
    const [ours, others] = [this.#alerts.filter(isOurs), this.#alerts.filter((a) => !isOurs(a))];
    this.#alerts = ours;
    for (const { payload } of others) this.#bytes -= payload.length;
    return others;
  }

  /** All of them, to be sent once more at this time. */
  again(atMs: number): readonly SentAlert[] {
    this.#alerts = this.#alerts.map((alert) => ({ ...alert, atMs }));
    return this.#alerts;
  }
}
