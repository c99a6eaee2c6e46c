import { readFileSync } from "node:fs";
import { openRegistryAudit } from "../audit/registry-audit.ts";
import { DeviceRegistry } from "../registry/device-registry.ts";
import { createDynamoClient } from "../registry/device-table.ts";
import { followFiles } from "../shared/followed-files.ts";
import { type ProcessContext, runProcess } from "../shared/lifecycle.ts";
import { connectNats, jetstream } from "../shared/nats.ts";
import { NatsWatch } from "../shared/nats-watch.ts";
import { createAccessControl } from "./access/access-control.ts";
import { TokenBook } from "./access/token-book.ts";
import type { Api } from "./api/api.ts";
import { type ConsoleMetrics, createConsoleMetrics, type FollowedKind } from "./console-metrics.ts";
import { createConsole } from "./console-service.ts";
import { type ConsoleEnvironment, readConsoleEnvironment } from "./environment.ts";
import { createServer, minTlsVersion } from "./server.ts";

/** Whoever waits for an answer has more patience than a login. */
const patience = { attemptMs: 2_000, attempts: 3 };

const tlsOf = (environment: ConsoleEnvironment) => ({
  cert: readFileSync(environment.API_CERT_FILE),
  key: readFileSync(environment.API_KEY_FILE),
});

interface Followed {
  readonly environment: ConsoleEnvironment;
  readonly tokens: TokenBook;
  readonly api: Api;
  readonly metrics: ConsoleMetrics;
  readonly log: ProcessContext["log"];
}

/** Takes changed files; what cannot be used leaves what was read before. @returns ends it. */
function follow({ environment, tokens, api, metrics, log }: Followed): () => void {
  const take = (file: FollowedKind, reload: () => void) => () => {
    try {
      reload();
      log.info({ file }, "a changed file is in use");
    } catch (error) {
      metrics.unusableFile(file);
      log.error({ file, err: error }, "a changed file cannot be used; what was read before stays");
    }
  };
  const { API_CERT_FILE, API_KEY_FILE, API_TOKENS_FILE } = environment;
  const ends = [
    followFiles(
      [API_TOKENS_FILE],
      take("tokens", () => tokens.reload()),
    ),
    followFiles(
      [API_CERT_FILE, API_KEY_FILE],
      take("certificate", () =>
        api.server.setSecureContext({ ...tlsOf(environment), minVersion: minTlsVersion }),
      ),
    ),
  ];
  return () => {
    for (const end of ends) end();
  };
}

async function start(environment: ConsoleEnvironment, context: ProcessContext) {
  const { log } = context;
  const metrics = createConsoleMetrics(context.metrics);
  const tokens = new TokenBook(environment.API_TOKENS_FILE);
  const {
    NATS_SERVERS: servers,
    NATS_CA_FILE: caFile,
    NATS_PASSWORD_FILE: passwordFile,
  } = environment;
  const nats = { servers, caFile, passwordFile, user: "console" };
  const connection = await connectNats(nats, environment.REPLICA, log);
  const audit = openRegistryAudit({
    js: jetstream(connection),
    name: environment.REPLICA,
    announceMs: environment.AUDIT_ANNOUNCE_SECONDS * 1_000,
    onRetry: () => metrics.auditFailures.inc(),
  });
  metrics.watchOutbox(audit.outbox);
  const { DEVICE_TABLE: table, AWS_REGION: region, DYNAMODB_ENDPOINT: endpoint } = environment;
  const client = createDynamoClient({ region, endpoint, ...patience });
  const access = createAccessControl({
    tokens,
    limits: {
      requestsPerSecond: environment.TOKEN_REQUESTS_PER_SECOND,
      failuresPerMinute: environment.ADDRESS_FAILURES_PER_MINUTE,
    },
    metrics,
    log,
  });
  const registry = new DeviceRegistry({ client, table, consistent: true, journal: audit.journal });
  const tls = tlsOf(environment);
  const api = await createServer({ registry, clock: Date.now, tls, access, metrics, log });
  await api.listen({ host: environment.API_HOST, port: environment.API_PORT });
  const unfollow = follow({ environment, tokens, api, metrics, log });
  const release = () => {
    unfollow();
    client.destroy();
  };
  return createConsole({ api, audit, watch: new NatsWatch(connection), log, release });
}

await runProcess("console", readConsoleEnvironment, start);
