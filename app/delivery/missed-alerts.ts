import { mirrorApi } from "../contract/peers.ts";
import type { RegionName } from "../contract/regions.ts";
import { subjects } from "../contract/subjects.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch, type StoredMessage } from "../shared/stored-messages.ts";
import type { Positions } from "./positions.ts";

const stream = "MQTT_ALERTS";
/** Alerts that are read together, and held in memory until they are sent. */
export const alertBatch = 50;

/** Where to read on: a time in milliseconds since 1970, or the next sequence. */
export type Place = { readonly since: number } | { readonly sequence: number };

/** What one question gives, in order, and whether there may be more behind it. */
export interface Reading {
  readonly alerts: readonly StoredMessage[];
  readonly more: boolean;
}

export interface MissedAlertsOptions {
  readonly connection: NatsConnection;
  /** Under which JetStream is asked for them. */
  readonly api: string;
  /** Where to begin for who has everything that was there before, in milliseconds since 1970. */
  readonly placeAt: (since: number) => Place;
  /** Told how long each answer took. */
  readonly onAnswer: (ms: number) => void;
}

export type AlertSource = Pick<MissedAlerts, "placeAt" | "read" | "has">;

/** Reads what is stored for single devices in MQTT_ALERTS, or in a copy of another region's, without a consumer. */
export class MissedAlerts {
  readonly #options: MissedAlertsOptions;
  readonly #ask: string;

  constructor(options: MissedAlertsOptions) {
    this.#options = options;
    this.#ask = `${options.api}.DIRECT.GET.${stream}`;
  }

  placeAt(since: number): Place {
    return this.#options.placeAt(since);
  }

  /** So many from there on, from any copy of the stream: it may lag behind the leader by a moment. */
  async read(clientId: string, from: Place, limit = alertBatch): Promise<Reading> {
    const { connection, onAnswer } = this.#options;
    const filter = subjects.alerts(clientId);
    const askedMs = performance.now();
    const request = { from, filter, limit, ask: this.#ask };
    const alerts = await readBatch(connection, stream, request);
    onAnswer(performance.now() - askedMs);
    return { alerts, more: hasMore(alerts) };
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

/** This region's own alerts, and those that were copied from its peers. */
export function alertSources(options: {
  readonly connection: NatsConnection;
  readonly peers: readonly RegionName[];
  readonly positions: Positions;
  readonly onAnswer: (ms: number) => void;
}): readonly AlertSource[] {
  const { connection, peers, positions, onAnswer } = options;
  return [
    new MissedAlerts({ connection, api: "$JS.API", placeAt: (since) => ({ since }), onAnswer }),
    ...peers.map((peer) => {
      const placeAt = (since: number) => ({ sequence: positions.after(since, peer) });
      return new MissedAlerts({ connection, api: mirrorApi(peer), placeAt, onAnswer });
    }),
  ];
}
