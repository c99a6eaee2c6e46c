import { join } from "node:path";
import { HeadExchange } from "../audit/head-exchange.ts";
import { openRegistryAudit } from "../audit/registry-audit.ts";
import { RenewedAuditKeys } from "../audit/renewed-audit-keys.ts";
import type { SignInJournal } from "../audit/sign-in-event.ts";
import { DeviceRegistry } from "../registry/device-registry.ts";
import { createDynamoClient } from "../registry/device-table.ts";
import { type ProcessContext, runProcess } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import { connectProcess, jetstream } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { createAccess } from "./access/access.ts";
import { ScanBudget } from "./access/scan-budget.ts";
import { StreamReads } from "./access/stream-reads.ts";
import { TokenBook } from "./access/token-book.ts";
import { takeChangedFiles, tlsOf } from "./changed-files.ts";
import { type ConsoleMetrics, createConsoleMetrics } from "./console-metrics.ts";
import { createConsole } from "./console-service.ts";
import { openDeviceSearch } from "./device-index/open-device-search.ts";
import { type ConsoleEnvironment, readConsoleEnvironment } from "./environment.ts";
import { openExceptionDesk } from "./exceptions/exception-desk.ts";
import { openIncidentDesk } from "./incidents/incident-desk.ts";
import { LiveFeed } from "./live/live-feed.ts";
import { askAll } from "./live/sources.ts";
import { IdentityProvider } from "./oidc/identity-provider.ts";
import { StartedSignIns } from "./oidc/started-sign-ins.ts";
import { readPageFiles } from "./page-files.ts";
import { openRuleDesk } from "./rules/rule-desk.ts";
import { readRuleFile } from "./rules/rule-file.ts";
import { createServer } from "./server.ts";

/** Whoever waits for an answer has more patience than a login. */
const patience = { attemptMs: 2_000, attempts: 3 };

async function openAudit(environment: ConsoleEnvironment, metrics: ConsoleMetrics, log: Logger) {
  const keys = new RenewedAuditKeys(environment, "console");
  const connection = await connectProcess("console", environment, log);
  const audit = openRegistryAudit({
    js: jetstream(connection),
    signer: keys.signer,
    name: environment.REPLICA,
    announceMs: environment.AUDIT_ANNOUNCE_SECONDS * 1_000,
    onRetry: () => metrics.auditFailures.inc(),
  });
  metrics.watchOutbox(audit.outbox);
  keys.follow(audit.renew, log);
  const { outbox } = audit;
  const everyMs = environment.AUDIT_HEADS_SECONDS * 1_000;
  const heads = new HeadExchange({ connection, kind: "registry", outbox, keys, everyMs });
  return { connection, audit, heads, watch: new NatsWatch(connection) };
}

/** Who may use it, as the environment says. */
function accessOf(environment: ConsoleEnvironment, metrics: ConsoleMetrics, log: Logger) {
  return createAccess({
    tokens: new TokenBook(environment.API_TOKENS_FILE),
    limits: {
      requestsPerSecond: environment.TOKEN_REQUESTS_PER_SECOND,
      failuresPerMinute: environment.ADDRESS_FAILURES_PER_MINUTE,
    },
    sessionLimits: {
      idleMs: environment.SESSION_IDLE_MINUTES * 60_000,
      lifeMs: environment.SESSION_HOURS * 3_600_000,
    },
    clock: Date.now,
    ...{ metrics, log },
  });
}

/** The identity provider by which people may sign in, too. It is not asked before somebody does. */
function oidcOf(environment: ConsoleEnvironment, journal: SignInJournal) {
  const { OIDC: settings, OIDC_CLIENT_SECRET_FILE: clientSecretFile } = environment;
  if (!settings) return undefined;
  const provider = new IdentityProvider({ settings, clientSecretFile, clock: Date.now });
  return { settings, provider, started: new StartedSignIns(Date.now), journal };
}

async function start(environment: ConsoleEnvironment, { log, metrics: registers }: ProcessContext) {
  const metrics = createConsoleMetrics(registers);
  const { connection: nats, audit, heads, watch } = await openAudit(environment, metrics, log);
  const { DEVICE_TABLE: table, AWS_REGION: region, DYNAMODB_ENDPOINT: endpoint } = environment;
  const client = createDynamoClient({ region, endpoint, ...patience });
  const registry = new DeviceRegistry({ client, table, consistent: true, journal: audit.journal });
  // Not before NATS was there: what changes from here on is followed.
  const [access, tls] = [accessOf(environment, metrics, log), tlsOf(environment)];
  const live = new LiveFeed({ sources: environment.METRICS_SOURCES, ask: askAll, clock: Date.now });
  metrics.watchPage({ sessions: () => access.sessions.size, streams: () => live.listeners });
  const scans = new ScanBudget({
    limits: {
      itemsPerRequest: environment.SCANNED_ITEMS_PER_REQUEST,
      itemsPerMinute: environment.TOKEN_SCANNED_ITEMS_PER_MINUTE,
    },
    metrics,
  });
  const incidents = openIncidentDesk(nats, log);
  const exceptions = openExceptionDesk(nats, incidents.book, audit.exceptions);
  const documents = readRuleFile(join(import.meta.dirname, "rules.json"));
  const reads = new StreamReads();
  const { book } = incidents;
  const rules = openRuleDesk({ connection: nats, reads, book, documents, log });
  const index = openDeviceSearch(environment, { registry, connection: nats, metrics, log });
  const devices = index.search;
  const data = {
    registry,
    devices,
    nats,
    scans,
    reads,
    incidents,
    exceptions,
    rules,
    clock: Date.now,
  };
  const page = readPageFiles(join(import.meta.dirname, "page"));
  const oidc = oidcOf(environment, audit.signIns);
  const api = await createServer({ ...data, tls, access, live, page, oidc, metrics, log });
  const unfollow = takeChangedFiles({ environment, tokens: access.tokens, api, metrics, log });
  void live.run();
  await api.listen({ host: environment.API_HOST, port: environment.API_PORT });
  const release = async () => {
    unfollow();
    live.stop();
    incidents.stop();
    client.destroy();
    await index.stop();
  };
  return createConsole({ api, audit, heads, watch, log, release });
}

await runProcess("console", readConsoleEnvironment, start);
