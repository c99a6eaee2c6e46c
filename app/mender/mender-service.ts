import { setTimeout as delay } from "node:timers/promises";
import type { AuditOutbox } from "../audit/audit-outbox.ts";
import type { HeadExchange } from "../audit/head-exchange.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import type { Mender } from "./mender.ts";

const drainMs = 3_000;

/** Looks for good. What fails is told, and tried again at the next look. */
export function createMending(options: {
  readonly mender: Mender;
  readonly outbox: AuditOutbox;
  readonly heads: HeadExchange;
  readonly connection: NatsConnection;
  readonly everyMs: number;
  readonly log: Logger;
}): Running {
  const { mender, outbox, heads, connection, everyMs, log } = options;
  const watch = new NatsWatch(connection);
  const stopping = new AbortController();

  const run = async () => {
    while (!stopping.signal.aborted) {
      await mender.step().catch((error) => log.error({ err: error }, "nothing can be mended"));
      await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const running = run();

  return {
    notReady: () => watch.missing(),
    drain: async () => {
      stopping.abort();
      await running;
      heads.stop();
      const left = await outbox.drain(drainMs);
      if (left.length > 0) log.error({ records: left.length }, "audit records were not stored");
      heads.tellEnd();
      await watch.close();
    },
  };
}
