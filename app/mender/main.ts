import { join } from "node:path";
import { AuditChain } from "../audit/audit-chain.ts";
import { AuditOutbox } from "../audit/audit-outbox.ts";
import type { AuditSigner } from "../audit/audit-signer.ts";
import { HeadExchange } from "../audit/head-exchange.ts";
import { RenewedAuditKeys } from "../audit/renewed-audit-keys.ts";
import { storeAudit } from "../audit/store-audit.ts";
import { nowMs } from "../contract/headers.ts";
import { runProcess } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import { connectProcess, jetstream, type NatsConnection } from "../shared/nats.ts";
import { lookAtCore } from "./core-sight.ts";
import { type MenderEnvironment, readMenderEnvironment } from "./environment.ts";
import { MendMemory } from "./mend-memory.ts";
import { Mender } from "./mender.ts";
import { createMenderMetrics } from "./mender-metrics.ts";
import { createMending } from "./mender-service.ts";
import { lookAtMirrors } from "./mirror-sight.ts";
import { MirrorWatch } from "./mirror-watch.ts";
import { ServerOrders } from "./server-orders.ts";

const announceMs = 10_000;
const memoryFile = "mends.json";

function openAudit(connection: NatsConnection, environment: MenderEnvironment, log: Logger) {
  const keys = new RenewedAuditKeys(environment, "mender");
  const chainBy = (signer: AuditSigner) =>
    new AuditChain({ kind: "copies", name: environment.REPLICA, signer, clock: nowMs });
  const outbox = new AuditOutbox({
    chain: chainBy(keys.signer),
    store: storeAudit(jetstream(connection), () => {}),
    limit: 100,
    oldestMs: announceMs,
    inFlight: 10,
    clock: nowMs,
  });
  keys.follow((signer) => outbox.renew(chainBy(signer)), log);
  const everyMs = environment.AUDIT_HEADS_SECONDS * 1_000;
  return { outbox, heads: new HeadExchange({ connection, kind: "copies", outbox, keys, everyMs }) };
}

await runProcess("mender", readMenderEnvironment, async (environment, context) => {
  const { log } = context;
  const connection = await connectProcess("mender", environment, log);
  const { outbox, heads } = openAudit(connection, environment, log);
  const { SERVER_NAME: own, CORE_MONITORS: monitors, PEERS: peers } = environment;
  const metrics = createMenderMetrics(context.metrics, peers);
  const mender = new Mender({
    own,
    look: () => lookAtCore(monitors),
    orders: new ServerOrders(environment.SERVER_FOLDER),
    memory: new MendMemory(join(environment.SERVER_FOLDER, memoryFile)),
    mostPerDay: environment.MENDS_PER_DAY,
    ...{ outbox, announceMs, metrics, log, clock: nowMs },
  });
  const look = () => lookAtMirrors(own, monitors, peers);
  const mirrors =
    peers.length > 0 ? new MirrorWatch({ look, connection, metrics, log }) : undefined;
  const everyMs = environment.LOOK_SECONDS * 1_000;
  return createMending({ mender, mirrors, outbox, heads, connection, everyMs, log });
});
