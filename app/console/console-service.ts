import { setTimeout as delay } from "node:timers/promises";
import type { HeadExchange } from "../audit/head-exchange.ts";
import type { RegistryAudit } from "../audit/registry-audit.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsWatch } from "../shared/nats-watch.ts";
import type { Api } from "./api/api.ts";

/** A renewed password reaches the servers and this process a minute or so apart. */
const refusedMs = 180_000;
/** Longer than a change takes with all its attempts at the table. Whoever sends half a request is not waited for. */
const answeringMs = 8_000;
/** Leaves time for the rest of the drain. */
const auditDrainMs = 10_000;

export interface ConsoleOptions {
  readonly api: Api;
  readonly audit: Pick<RegistryAudit, "drain">;
  readonly heads: Pick<HeadExchange, "stop" | "tellEnd">;
  readonly watch: NatsWatch;
  readonly log: Logger;
  /** Lets go of everything else. */
  readonly release: () => Promise<void>;
}

/**
 * Serves the API until it is drained. It is ready also while AUDIT cannot be written: devices can
 * be looked up meanwhile, and whoever wants to change one is told why it cannot be. Not when its login
 * is refused, which does not pass by itself.
 */
export function createConsole({ api, audit, heads, watch, log, release }: ConsoleOptions): Running {
  return {
    notReady: () => (api.server.listening ? watch.refused(refusedMs) : "not listening"),
    drain: async () => {
      // Answers what was asked, takes no more.
      await Promise.race([api.close(), delay(answeringMs, undefined, { ref: false })]);
      heads.stop();
      const { records, untold } = await audit.drain(auditDrainMs);
      if (untold > 0) log.error({ untold }, "changes that the regions were not told of");
      for (const record of records) {
        // The log is the last place where it can be kept.
        log.error(
          { audit: JSON.parse(Buffer.from(record.body).toString()) },
          "not stored in AUDIT",
        );
      }
      heads.tellEnd();
      await watch.close();
      await release();
    },
  };
}
