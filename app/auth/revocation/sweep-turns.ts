import { headers } from "../../contract/headers.ts";
import { subjects } from "../../contract/subjects.ts";
import type { Logger } from "../../shared/log.ts";
import { type JetStreamClient, messageHeaders } from "../../shared/nats.ts";

export interface SweepTurnsOptions {
  /** May store into REGISTRY_CHANGES of this region. */
  readonly js: Pick<JetStreamClient, "publish">;
  /** At most the duplicate window of REGISTRY_CHANGES. */
  readonly everyMs: number;
  readonly sweep: () => Promise<void>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly log: Logger;
}

/**
 * Sweeps once in each turn, in one of the replicas: the one whose claim JetStream stores, because it
 * takes only the first message of an id. A turn whose sweeper dies is made up for by the next.
 */
export function takeSweepTurns(options: SweepTurnsOptions): { readonly stop: () => void } {
  const { everyMs, clock } = options;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const next = () => {
    if (stopped) return;
    const left = everyMs - (clock() % everyMs);
    timer = setTimeout(() => void takeTurn(options).finally(next), left).unref();
  };
  next();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

async function takeTurn({ js, everyMs, sweep, clock, log }: SweepTurnsOptions): Promise<void> {
  const claim = messageHeaders();
  claim.set(headers.messageId, `sweep:${everyMs}:${Math.round(clock() / everyMs)}`);
  try {
    const { duplicate } = await js.publish(subjects.registrySweep, "", { headers: claim });
    if (!duplicate) await sweep();
  } catch (error) {
    log.warn({ err: error }, "sessions cannot be compared with the registry");
  }
}
