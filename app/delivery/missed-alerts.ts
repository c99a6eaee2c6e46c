import { mirrorApi } from "../contract/peers.ts";
import type { RegionName } from "../contract/regions.ts";
import { subjects } from "../contract/subjects.ts";
import { readExactly } from "../shared/exact-messages.ts";
import type { Logger } from "../shared/log.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch, type StoredMessage } from "../shared/stored-messages.ts";
import type { AlertIndex } from "./alert-index.ts";
import { AlertIndexer } from "./alert-indexer.ts";
import { IndexWaits } from "./index-waits.ts";
import type { Positions } from "./positions.ts";

const stream = "MQTT_ALERTS";
/** Alerts that are read together, and held in memory until they are sent. */
export const alertBatch = 50;
/**
 * As many alerts of 850 bytes as a block of nats-server's store holds. What is as near to the end is in its
 * memory, by device: it is asked for by subject, in one question. Further back it would read each block
 * from there to the device's last alert, and nobody could store meanwhile.
 */
const nearEnd = 10_000;

/** Where to read on: a time in milliseconds since 1970, or the next sequence. */
export type Place = { readonly since: number } | { readonly sequence: number };

/** What one question gives, in order, and whether there may be more behind it. */
export interface Reading {
  readonly alerts: readonly StoredMessage[];
  readonly more: boolean;
  /** Where to read on. */
  readonly next: Place;
}

export interface MissedAlertsOptions {
  readonly connection: NatsConnection;
  /** Under which JetStream is asked for them. */
  readonly api: string;
  /** Of the same stream. */
  readonly indexer: Pick<
    AlertIndexer,
    "index" | "reaches" | "grown" | "start" | "stop" | "restarts"
  >;
  readonly nearEnd?: number;
  /** Where to begin for who has everything that was there before, in milliseconds since 1970. */
  readonly placeAt: (since: number) => Place;
  /** Told how long each answer took. */
  readonly onAnswer: (ms: number) => void;
}

export type AlertSource = Pick<MissedAlerts, "placeAt" | "whenAtHand" | "read" | "has">;

/** Reads what is stored for single devices in MQTT_ALERTS, or in a copy of another region's, without a consumer. */
export class MissedAlerts {
  readonly #options: MissedAlertsOptions;
  readonly indexer: MissedAlertsOptions["indexer"];
  readonly #waits: IndexWaits;

  constructor(options: MissedAlertsOptions) {
    const { indexer } = options;
    this.#options = options;
    this.indexer = indexer;
    this.#waits = new IndexWaits({
      isAtHand: (place) => this.isAtHand(place),
      grown: () => indexer.grown(),
    });
  }

  placeAt(since: number): Place {
    return this.#options.placeAt(since);
  }

  /** Whether the index, which is read backwards after a start, reaches as far back. */
  isAtHand(place: Place): boolean {
    const { index } = this.indexer;
    return index !== undefined && this.indexer.reaches(startIn(index, place));
  }

  /**
   * Resolves when the index reaches as far back, which may take hours: not to be waited for in a turn
   * that others need. While nobody tells of the stream the indexer warns.
   *
   * @throws the signal's reason
   */
  whenAtHand(place: Place, signal: AbortSignal): Promise<void> {
    return this.#waits.wait(place, signal);
  }

  /**
   * So many from there on, from any copy of the stream: it may lag behind the leader by a moment.
   * Undefined when the index does not reach as far back: then it may be asked `whenAtHand`.
   */
  async read(clientId: string, from: Place, limit = alertBatch): Promise<Reading | undefined> {
    const { index } = this.indexer;
    if (!index || !this.isAtHand(from)) return undefined;
    const subject = subjects.alerts(clientId);
    const start = startIn(index, from);
    const { until } = index;
    if (until - start <= (this.#options.nearEnd ?? nearEnd)) return this.#ask(subject, from, limit);
    const sequences = index.find(subject, start, limit);
    const found = await this.#readExactly(sequences);
    const own = found.filter((each) => each.subject === subject);
    const alerts = "since" in from ? own.slice(firstSince(own, from.since)) : own;
    const last = sequences.at(-1);
    if (last !== undefined && sequences.length === limit) {
      return { alerts, more: true, next: { sequence: last + 1 } };
    }
    const rest = await this.#ask(subject, { sequence: until }, limit - sequences.length);
    return { ...rest, alerts: [...alerts, ...rest.alerts] };
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

  async #ask(filter: string, from: Place, limit: number): Promise<Reading> {
    const { connection, api } = this.#options;
    const request = { from, filter, limit, ask: `${api}.DIRECT.GET.${stream}` };
    const alerts = await this.#timed(readBatch(connection, stream, request));
    const last = alerts.at(-1);
    return { alerts, more: hasMore(alerts), next: last ? { sequence: last.sequence + 1 } : from };
  }

  async #readExactly(sequences: readonly number[]): Promise<readonly StoredMessage[]> {
    const { connection, api } = this.#options;
    if (sequences.length === 0) return [];
    return this.#timed(readExactly(connection, stream, { sequences, api }));
  }

  async #timed<T>(answer: Promise<T>): Promise<T> {
    const askedMs = performance.now();
    const given = await answer;
    this.#options.onAnswer(performance.now() - askedMs);
    return given;
  }
}

/** The first sequence that may be wanted. */
const startIn = (index: AlertIndex, from: Place): number =>
  "sequence" in from ? from.sequence : index.sequenceAt(from.since);

/** Those before it were stored earlier. */
function firstSince(alerts: readonly StoredMessage[], since: number): number {
  const first = alerts.findIndex(({ storedAt }) => storedAt >= since);
  return first < 0 ? alerts.length : first;
}

/** This region's own alerts, and those that were copied from its peers. */
export function alertSources(options: {
  readonly connection: NatsConnection;
  readonly peers: readonly RegionName[];
  readonly positions: Positions;
  readonly log: Logger;
  readonly onAnswer: (ms: number) => void;
}): readonly MissedAlerts[] {
  const { connection, peers, positions, log, onAnswer } = options;
  const source = (api: string, info: string, placeAt: (since: number) => Place) =>
    new MissedAlerts({
      ...{ connection, api, placeAt, onAnswer },
      indexer: new AlertIndexer({ connection, api, info, log }),
    });
  return [
    source("$JS.API", subjects.alertStreamInfo, (since) => ({ since })),
    ...peers.map((peer) => {
      const api = mirrorApi(peer);
      const placeAt = (since: number) => ({ sequence: positions.after(since, peer) });
      return source(api, `${api}.STREAM.INFO.${stream}`, placeAt);
    }),
  ];
}
