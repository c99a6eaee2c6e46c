import { subjects } from "../contract/subjects.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch, type StoredMessage } from "../shared/stored-messages.ts";

const stream = "MQTT_ALERTS";
/** Alerts that are read together, and held in memory until they are sent. */
const batch = 50;

/** Where to read on: a time in milliseconds since 1970, or the next sequence. */
export type Place = { readonly since: number } | { readonly sequence: number };

export interface MissedAlertsOptions {
  readonly connection: NatsConnection;
  /** Under which JetStream is asked for them. */
  readonly api: string;
  /** Where to begin for who has everything that was there before, in milliseconds since 1970. */
  readonly placeAt: (since: number) => Place;
  /** Told how long each answer took. */
  readonly onAnswer: (ms: number) => void;
}

/** Reads what is stored for single devices in MQTT_ALERTS, or in a copy of another region's, without a consumer. */
export class MissedAlerts {
  readonly #options: MissedAlertsOptions;

  constructor(options: MissedAlertsOptions) {
    this.#options = options;
  }

  placeAt(since: number): Place {
    return this.#options.placeAt(since);
  }

  /** In order, in batches, from any copy of the stream: it may lag behind the leader by a moment. */
  async *from(clientId: string, place: Place): AsyncGenerator<readonly StoredMessage[]> {
    const { connection, api, onAnswer } = this.#options;
    const filter = subjects.alerts(clientId);
    const ask = `${api}.DIRECT.GET.${stream}`;
    let from = place;
    for (;;) {
      const askedMs = performance.now();
      const messages = await readBatch(connection, stream, { from, filter, limit: batch, ask });
      onAnswer(performance.now() - askedMs);
      const last = messages.at(-1);
      if (last === undefined) return;
      yield messages;
      if (!hasMore(messages)) return;
      from = { sequence: last.sequence + 1 };
    }
  }

  /** Whether the leader has one, who alone knows. */
  async has(clientId: string, place: Place): Promise<boolean> {
    const { connection, api } = this.#options;
    const options = { checkAPI: false, apiPrefix: api };
    const { streams } = await jetstreamManager(connection, options);
    const start =
      "sequence" in place
        ? { seq: place.sequence }
        : { start_time: new Date(place.since).toISOString() };
    const query = { ...start, next_by_subj: subjects.alerts(clientId) };
    return (await streams.getMessage(stream, query as { seq: number })) !== null;
  }
}
