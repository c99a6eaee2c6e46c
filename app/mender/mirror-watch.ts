import { nowMs } from "../contract/headers.ts";
import { mirrorNudge } from "../contract/peers.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsConnection } from "../shared/nats.ts";
import type { MenderMetrics } from "./mender-metrics.ts";
import { isSilent, type Mirror, MirrorPatience, type MirrorSight } from "./mirror-patience.ts";

const answerLimitMs = 5_000;

export interface MirrorWatchOptions {
  /** How the mirrors are that the server beside us leads. */
  readonly look: () => Promise<readonly MirrorSight[]>;
  readonly connection: Pick<NatsConnection, "request">;
  readonly metrics: Pick<MenderMetrics, "nudged">;
  readonly log: Logger;
}

/**
 * Has mirrors ask their origins anew that hear nothing although the link stands: by a change of
 * their leader, because it is a new leader only that asks at once.
 */
export class MirrorWatch {
  readonly #options: MirrorWatchOptions;
  readonly #patience = new MirrorPatience();

  constructor(options: MirrorWatchOptions) {
    this.#options = options;
  }

  /** One look, and what follows from it. @returns whether one of the mirrors hears nothing. */
  async step(): Promise<boolean> {
    const sights = await this.#options.look();
    await Promise.all(this.#patience.due(sights, nowMs()).map((mirror) => this.#nudge(mirror)));
    return sights.some(isSilent);
  }

  async #nudge(mirror: Mirror): Promise<void> {
    const { connection, metrics, log } = this.#options;
    try {
      const answer = await connection.request(mirrorNudge(mirror.peer, mirror.stream), "", {
        timeout: answerLimitMs,
      });
      const { error } = answer.json<{ error?: { description: string } }>();
      if (error) throw new Error(error.description);
      metrics.nudged(mirror);
      log.warn(mirror, "a mirror heard nothing over a link that stands, and was given to another");
    } catch (error) {
      log.warn({ err: error, ...mirror }, "a mirror that hears nothing kept its leader");
    }
  }
}
