import type { AuditOutbox } from "../audit/audit-outbox.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsWatch } from "../shared/nats-watch.ts";
import type { Api } from "./api/api.ts";

/** Leaves time for the rest of the drain. */
const outboxDrainMs = 10_000;

export interface ConsoleOptions {
  readonly api: Api;
  readonly outbox: AuditOutbox;
  readonly watch: NatsWatch;
  readonly log: Logger;
  /** Lets go of everything else. */
  readonly release: () => void;
}

/**
 * Serves the API until it is drained. It is ready also while AUDIT cannot be written: devices can
 * be looked up meanwhile, and whoever wants to change one is told why it cannot be.
 */
export function createConsole({ api, outbox, watch, log, release }: ConsoleOptions): Running {
  return {
    notReady: () => (api.server.listening ? undefined : "not listening"),
    drain: async () => {
      // Answers what was asked, takes no more.
      await api.close();
      for (const record of await outbox.drain(outboxDrainMs)) {
        // The log is the last place where it can be kept.
        log.error(
          { audit: JSON.parse(Buffer.from(record.body).toString()) },
          "not stored in AUDIT",
        );
      }
      await watch.close();
      release();
    },
  };
}
