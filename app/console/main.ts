import { auditKeyRingIn } from "../audit/audit-key-ring.ts";
import { auditSignerIn } from "../audit/audit-signer.ts";
import { HeadExchange } from "../audit/head-exchange.ts";
import { openRegistryAudit } from "../audit/registry-audit.ts";
import { DeviceRegistry } from "../registry/device-registry.ts";
import { createDynamoClient } from "../registry/device-table.ts";
import { type ProcessContext, runProcess } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import { connectProcess, jetstream } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { createAccessControl } from "./access/access-control.ts";
import { ScanBudget } from "./access/scan-budget.ts";
import { TokenBook } from "./access/token-book.ts";
import { takeChangedFiles, tlsOf } from "./changed-files.ts";
import { type ConsoleMetrics, createConsoleMetrics } from "./console-metrics.ts";
import { createConsole } from "./console-service.ts";
import { type ConsoleEnvironment, readConsoleEnvironment } from "./environment.ts";
import { createServer } from "./server.ts";

/** Whoever waits for an answer has more patience than a login. */
const patience = { attemptMs: 2_000, attempts: 3 };

async function openAudit(environment: ConsoleEnvironment, metrics: ConsoleMetrics, log: Logger) {
  const signer = auditSignerIn(environment.AUDIT_KEY_FILE);
  const keys = auditKeyRingIn(environment.AUDIT_KEYS_FILE);
  keys.requireKey(signer.keyId, "console");
  const connection = await connectProcess("console", environment, log);
  const audit = openRegistryAudit({
    js: jetstream(connection),
    signer,
    name: environment.REPLICA,
    announceMs: environment.AUDIT_ANNOUNCE_SECONDS * 1_000,
    onRetry: () => metrics.auditFailures.inc(),
  });
  metrics.watchOutbox(audit.outbox);
  const { outbox } = audit;
  const everyMs = environment.AUDIT_HEADS_SECONDS * 1_000;
  const heads = new HeadExchange({ connection, kind: "registry", outbox, keys, everyMs });
  return { connection, audit, heads, watch: new NatsWatch(connection) };
}

async function start(environment: ConsoleEnvironment, { log, metrics: registers }: ProcessContext) {
  const metrics = createConsoleMetrics(registers);
  const { connection: nats, audit, heads, watch } = await openAudit(environment, metrics, log);
  const { DEVICE_TABLE: table, AWS_REGION: region, DYNAMODB_ENDPOINT: endpoint } = environment;
  const client = createDynamoClient({ region, endpoint, ...patience });
  const registry = new DeviceRegistry({ client, table, consistent: true, journal: audit.journal });
  // Not before NATS was there: what changes from here on is followed.
  const [tokens, tls] = [new TokenBook(environment.API_TOKENS_FILE), tlsOf(environment)];
  const limits = {
    requestsPerSecond: environment.TOKEN_REQUESTS_PER_SECOND,
    failuresPerMinute: environment.ADDRESS_FAILURES_PER_MINUTE,
  };
  const access = createAccessControl({ tokens, limits, metrics, log });
  const scans = new ScanBudget({
    limits: {
      itemsPerRequest: environment.SCANNED_ITEMS_PER_REQUEST,
      itemsPerMinute: environment.TOKEN_SCANNED_ITEMS_PER_MINUTE,
    },
    metrics,
  });
  const api = await createServer({
    registry,
    nats,
    clock: Date.now,
    scans,
    tls,
    access,
    metrics,
    log,
  });
  const unfollow = takeChangedFiles({ environment, tokens, api, metrics, log });
  await api.listen({ host: environment.API_HOST, port: environment.API_PORT });
  const release = () => {
    unfollow();
    client.destroy();
  };
  return createConsole({ api, audit, heads, watch, log, release });
}

await runProcess("console", readConsoleEnvironment, start);
