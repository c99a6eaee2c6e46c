/** An alert that MQTT_ALERTS has. */
export interface StoredAlert {
  /** In MQTT_ALERTS. */
  readonly subject: string;
  readonly payload: Uint8Array | string;
}

interface Timed extends StoredAlert {
  readonly atMs: number;
}

/** Longer than a server that is alive takes from an acknowledgement to the message beside it. */
export const recentMs = 250;
/** At a higher rate the time is shorter. */
const [alertLimit, byteLimit] = [8_192, 8 * 1024 ** 2];

/** The alerts that were acknowledged within a quarter of a second before the last one that was. */
export class RecentAlerts {
  readonly #alerts = new Map<number, Timed>();
  #next = 0;
  #bytes = 0;

  /** Times are monotonic milliseconds. */
  add({ subject, payload }: StoredAlert, atMs: number): void {
    // What comes by NATS is a view into a larger buffer, which would be kept as long as the view.
    const own = Buffer.from(payload);
    this.#alerts.set(this.#next++, { subject, payload: own, atMs });
    this.#bytes += own.length;
    // In the order of insertion.
    for (const [key, alert] of this.#alerts) {
      const fits = this.size <= alertLimit && this.#bytes <= byteLimit;
      if (fits && alert.atMs >= atMs - recentMs) break;
      this.#alerts.delete(key);
      this.#bytes -= alert.payload.length;
    }
  }

  get size(): number {
    return this.#alerts.size;
  }

  /** In the order in which they came; forgets them. */
  take(): readonly StoredAlert[] {
    const alerts = [...this.#alerts.values()];
    this.#alerts.clear();
    this.#bytes = 0;
    return alerts;
  }
}
