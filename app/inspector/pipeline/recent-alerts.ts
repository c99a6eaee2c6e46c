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
const limit = 8_192;

/** The alerts that were acknowledged within a quarter of a second before the last one that was. */
export class RecentAlerts {
  #alerts: Timed[] = [];
  #first = 0;

  /** Times are monotonic milliseconds. */
  add(alert: StoredAlert, atMs: number): void {
    this.#alerts.push({ ...alert, atMs });
    while (this.size > limit || (this.#alerts[this.#first]?.atMs ?? atMs) < atMs - recentMs) {
      this.#first++;
    }
    // Dropped in bulk: shifting each one would be quadratic.
    if (this.#first < limit) return;
    this.#alerts = this.#alerts.slice(this.#first);
    this.#first = 0;
  }

  get size(): number {
    return this.#alerts.length - this.#first;
  }

  /** In the order in which they came; forgets them. */
  take(): readonly StoredAlert[] {
    const alerts = this.#alerts.slice(this.#first);
    this.#alerts = [];
    this.#first = 0;
    return alerts;
  }
}
