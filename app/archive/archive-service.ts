import { setTimeout as delay } from "node:timers/promises";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import type { Archiver } from "./archiver.ts";

/** How often it is looked for what is due. */
const lookMs = 1_000;
const afterFailureMs = 3_000;

/** Archives for good. A failure is told, and tried again: nothing is lost while AUDIT keeps it. */
export function createArchive(options: {
  readonly archiver: Archiver;
  readonly connection: NatsConnection;
  readonly log: Logger;
  readonly release: () => void;
}): Running {
  const { archiver, connection, log, release } = options;
  const watch = new NatsWatch(connection);
  const stopping = new AbortController();
  const wait = (ms: number) => delay(ms, undefined, { signal: stopping.signal }).catch(() => {});

  const run = async () => {
    while (!stopping.signal.aborted) {
      try {
        if (!(await archiver.step())) await wait(lookMs);
      } catch (error) {
        log.error({ err: error }, "nothing can be archived");
        await wait(afterFailureMs);
      }
    }
  };
  const running = run();

  return {
    notReady: () =>
      watch.missing() ?? (archiver.started ? undefined : "the archive was not reached"),
    drain: async () => {
      stopping.abort();
      await running;
      release();
      await watch.close();
    },
  };
}
