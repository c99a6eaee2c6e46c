import pRetry from "p-retry";
import { nowMs } from "../contract/headers.ts";
import { mirrorApi } from "../contract/peers.ts";
import type { RegionName } from "../contract/regions.ts";
import { positionSlots, subjects } from "../contract/subjects.ts";
import type { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import type { Logger } from "../shared/log.ts";
import { jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { hasMore, readBatch } from "../shared/stored-messages.ts";
import { seeStream } from "../shared/stream-sight.ts";
import { Positions, type Sample } from "./positions.ts";

const slotMs = 60_000;
/** Older than any alert that is kept. */
const ageMs = positionSlots * slotMs;

export interface PositionLogOptions {
  readonly connection: NatsConnection;
  readonly publisher: Pick<AcknowledgedPublisher, "publish">;
  readonly peers: readonly RegionName[];
}

/** Keeps how far the copies of other regions' alerts were over time, in memory and in LAST_SEEN. */
export class PositionLog {
  readonly #options: PositionLogOptions;
  readonly positions = new Positions(ageMs);

  constructor(options: PositionLogOptions) {
    this.#options = options;
  }

  /** What all replicas wrote before. Without it, devices would be sent all that was copied. */
  load(log: Logger): Promise<void> {
    return pRetry(() => this.#load(), {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 250,
      maxTimeout: 5_000,
      onFailedAttempt: ({ error }) =>
        log.warn(
          { err: error },
          "how far the copies of other regions' alerts were is not read yet",
        ),
    });
  }

  /** @throws Error while one of the copies has no leader, or LAST_SEEN does not take it. */
  async sample(): Promise<void> {
    const { connection, peers, publisher } = this.#options;
    if (peers.length === 0) return;
    const mirrors = await Promise.all(
      peers.map(async (peer) => {
        const options = { checkAPI: false, apiPrefix: mirrorApi(peer) };
        const jsm = await jetstreamManager(connection, options);
        const { created, lastSequence: sequence } = await seeStream(jsm, "MQTT_ALERTS");
        return [peer, { created, sequence }] as const;
      }),
    );
    // After the answers: what comes later than this has higher sequences.
    const sample: Sample = { at: nowMs(), mirrors: Object.fromEntries(mirrors) };
    this.positions.add(sample);
    const slot = Math.floor(sample.at / slotMs) % positionSlots;
    const payload = Buffer.from(JSON.stringify(sample));
    await publisher.publish(subjects.positions(String(slot)), payload);
  }

  async #load(): Promise<void> {
    const { connection } = this.#options;
    const filter = subjects.positions("*");
    let sequence = 1;
    for (;;) {
      const found = await readBatch(connection, "LAST_SEEN", { from: { sequence }, filter });
      for (const { data } of found) this.positions.add(JSON.parse(Buffer.from(data).toString()));
      const last = found.at(-1);
      if (!last || !hasMore(found)) return;
      sequence = last.sequence + 1;
    }
  }
}
