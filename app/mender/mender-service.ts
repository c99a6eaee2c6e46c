import { setTimeout as delay } from "node:timers/promises";
import type { AuditOutbox } from "../audit/audit-outbox.ts";
import type { HeadExchange } from "../audit/head-exchange.ts";
import type { Running } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import type { Mender } from "./mender.ts";
import type { MirrorWatch } from "./mirror-watch.ts";

const drainMs = 3_000;
const mirrorsEveryMs = 1_000;
/** While one hears nothing: what an outage of a link costs beyond itself is this, too. */
const silentMirrorsEveryMs = 250;

/** Looks for good. What fails is told, and tried again at the next look. */
export function createMending(options: {
  readonly mender: Mender;
  /** Undefined: a region on its own. */
  readonly mirrors: MirrorWatch | undefined;
  readonly outbox: AuditOutbox;
  readonly heads: HeadExchange;
  readonly connection: NatsConnection;
  readonly everyMs: number;
  readonly log: Logger;
}): Running {
  const { mender, mirrors, outbox, heads, connection, everyMs, log } = options;
  const watch = new NatsWatch(connection);
  const stopping = new AbortController();

  /** Until it is told to stop. @param step says how long it is to the next one, in milliseconds. */
  const repeat = async (step: () => Promise<number>) => {
    while (!stopping.signal.aborted) {
      const pauseMs = await step();
      await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const mending = repeat(async () => {
    await mender.step().catch((error) => log.error({ err: error }, "nothing can be mended"));
    return everyMs;
  });
  const watching =
    mirrors &&
    repeat(async () => {
      const silent = await mirrors.step().catch((error) => {
        log.debug({ err: error }, "the mirrors are not to be seen");
        return false;
      });
      return silent ? silentMirrorsEveryMs : mirrorsEveryMs;
    });

  return {
    notReady: () => watch.missing(),
    drain: async () => {
      stopping.abort();
      await Promise.all([mending, watching]);
      heads.stop();
      const left = await outbox.drain(drainMs);
      if (left.length > 0) log.error({ records: left.length }, "audit records were not stored");
      heads.tellEnd();
      await watch.close();
    },
  };
}
