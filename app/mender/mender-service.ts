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
/** What an outage of a link costs beyond itself is mostly this. */
const mirrorsEveryMs = 1_000;

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

  const repeat = async (everyMs: number, step: () => Promise<void>) => {
    while (!stopping.signal.aborted) {
      await step();
      await delay(everyMs, undefined, { signal: stopping.signal }).catch(() => {});
    }
  };
  const mending = repeat(everyMs, () =>
    mender.step().catch((error) => log.error({ err: error }, "nothing can be mended")),
  );
  const watching =
    mirrors &&
    repeat(mirrorsEveryMs, () =>
      mirrors.step().catch((error) => log.debug({ err: error }, "the mirrors are not to be seen")),
    );

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
