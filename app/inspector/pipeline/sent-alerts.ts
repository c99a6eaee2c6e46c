/** An alert that MQTT_ALERTS has. */
export interface StoredAlert {
  /** In MQTT_ALERTS. */
  readonly subject: string;
  readonly payload: Uint8Array | string;
}

interface Timed extends StoredAlert {
  readonly payload: Buffer;
  readonly atMs: number;
}

/** Beyond that nothing more is sent until some of it is certain. */
const [alertLimit, byteLimit] = [8_192, 8 * 1024 ** 2];

/** The alerts that were sent and may have got lost on the way, in the order in which they were sent. */
export class SentAlerts {
  #alerts: Timed[] = [];
  #bytes = 0;

  get size(): number {
    return this.#alerts.length;
  }

  get full(): boolean {
    return this.size >= alertLimit || this.#bytes >= byteLimit;
  }

  /** Times are monotonic milliseconds. */
  add({ subject, payload }: StoredAlert, atMs: number): void {
    // What comes by NATS is a view into a larger buffer, which would be kept as long as the view.
    const own = Buffer.from(payload);
    this.#alerts.push({ subject, payload: own, atMs });
    this.#bytes += own.length;
  }

  /** What was sent before is on its way. */
  settle(beforeMs: number): void {
    const first = this.#alerts.findIndex(({ atMs }) => atMs >= beforeMs);
    const gone = this.#alerts.splice(0, first < 0 ? this.size : first);
    for (const { payload } of gone) this.#bytes -= payload.length;
  }

  /** All of them, to be sent once more at this time. */
  again(atMs: number): readonly StoredAlert[] {
    this.#alerts = this.#alerts.map((alert) => ({ ...alert, atMs }));
    return this.#alerts;
  }
}
