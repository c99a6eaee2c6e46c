import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { readBatch, type StoredMessage } from "../shared/stored-messages.ts";

const stream = "MQTT_ALERTS";

export interface AlertReadingOptions {
  readonly connection: NatsConnection;
  /** Under which JetStream is asked. */
  readonly api: string;
}

/** Reads what is stored in MQTT_ALERTS, or in a copy of another region's, by its place and without a gap. */
export class AlertReading {
  readonly #options: AlertReadingOptions;

  constructor(options: AlertReadingOptions) {
    this.#options = options;
  }

  /**
   * From there on, from any copy of the stream: it may lag behind the leader by a moment.
   *
   * @throws Error when this copy lacks one in between: it is damaged, and another one answers sooner or later.
   */
  async read(sequence: number, limit: number): Promise<readonly StoredMessage[]> {
    const { connection, api } = this.#options;
    const ask = `${api}.DIRECT.GET.${stream}`;
    const alerts = await readBatch(connection, stream, { from: { sequence }, limit, ask });
    let expected = sequence;
    for (const { sequence: next } of alerts) {
      if (next > expected) await this.requireNone(expected, next);
      expected = next + 1;
    }
    return alerts;
  }

  /** By the leader, who alone knows. @throws Error when there is one from `from` to before `until`. */
  async requireNone(from: number, until: number): Promise<void> {
    if (from >= until) return;
    const next = await this.#next({ seq: Math.max(1, from) });
    if (next !== undefined && next < until) {
      throw new Error(`a copy of ${stream} lacks ${next}, which its leader has`);
    }
  }

  /** The first one that was stored since then, in milliseconds since 1970, as the leader knows. */
  firstSince(since: number): Promise<number | undefined> {
    return this.#next({ start_time: new Date(since).toISOString() });
  }

  async #next(start: object): Promise<number | undefined> {
    const { connection, api } = this.#options;
    const options = { checkAPI: false, apiPrefix: api };
    const { streams } = await jetstreamManager(connection, options);
    // The client's type does not know all that may be asked for.
    const query = { ...start, next_by_subj: ">" } as unknown as { seq: number };
    return (await streams.getMessage(stream, query))?.seq;
  }
}
