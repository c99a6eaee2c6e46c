import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { createAccess } from "../../app/console/access/access.ts";
import type { AccessLimits } from "../../app/console/access/access-control.ts";
import { ScanBudget, type ScanLimits } from "../../app/console/access/scan-budget.ts";
import { StreamReads } from "../../app/console/access/stream-reads.ts";
import { TokenBook } from "../../app/console/access/token-book.ts";
import { createConsoleMetrics } from "../../app/console/console-metrics.ts";
import type { ExceptionDesk } from "../../app/console/exceptions/exception-desk.ts";
import { IncidentBook } from "../../app/console/incidents/incident-book.ts";
import type { IncidentDesk } from "../../app/console/incidents/incident-desk.ts";
import { LiveFeed } from "../../app/console/live/live-feed.ts";
import { askAll, type Source } from "../../app/console/live/sources.ts";
import type { OidcSignIn } from "../../app/console/oidc/oidc-routes.ts";
import type { PageFiles } from "../../app/console/page-files.ts";
import { openRuleDesk } from "../../app/console/rules/rule-desk.ts";
import { createServer } from "../../app/console/server.ts";
import {
  type ApiRole,
  apiRoles,
  apiTokenDigest,
  apiTokenOf,
} from "../../app/contract/api-token.ts";
import type { RuleDocument } from "../../app/inspector/patterns/rule.ts";
import { DeviceRegistry } from "../../app/registry/device-registry.ts";
import { startEmulator } from "../../app/registry/emulator.fixture.ts";
import type { ChangeJournal } from "../../app/registry/registry-change.ts";
import { createLog } from "../../app/shared/log.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import { StreamUnread } from "../../app/shared/stored-messages.ts";
import { ensureCertificates } from "../../local/certificates.ts";
import { searchOfTable } from "./indexed-devices.ts";

/** What is asked of NATS where there is none. */
const nobody = () => Promise.reject(new StreamUnread("there is no NATS here"));
const withoutServer = { request: nobody, requestMany: nobody } as unknown as NatsConnection;

const unlimitedScans: ScanLimits = { itemsPerRequest: 10_000, itemsPerMinute: 1e12 };
/** Half an hour, and twelve. */
export const sessionLimits = { idleMs: 1_800_000, lifeMs: 43_200_000 };
const unlimited: AccessLimits = { requestsPerSecond: 1e9, failuresPerMinute: 1e9 };

const text = (type: string, content: string) => ({
  ...{ type, plain: Buffer.from(content), brotli: undefined },
});
/** A page in little, where the real one is not what is tested. */
export const littlePage: PageFiles = {
  document: text("text/html", "<!doctype html><title>page</title>"),
  assets: new Map([["page-1.js", text("text/javascript", "1")]]),
};
/** Incidents that nobody can change, since nothing counts here. */
const noDesk = (book: IncidentBook): IncidentDesk => ({
  book,
  show: async () => undefined,
  change: async () => ({ refused: "unavailable", detail: "there is no aggregator here" }),
});
const noExceptions: ExceptionDesk = {
  list: nobody,
  preview: nobody,
  change: async () => ({ refused: "unavailable", detail: "there is no aggregator here" }),
};

/** The API on a table of an emulator, with a token of each role. It does not listen yet. */
export async function startTestServer(
  options: {
    readonly limits?: AccessLimits;
    readonly scans?: ScanLimits;
    readonly journal?: ChangeJournal;
    readonly nats?: NatsConnection;
    readonly exceptions?: ExceptionDesk;
    /** Rules of the pack. */
    readonly documents?: readonly RuleDocument[];
    readonly page?: PageFiles;
    readonly sources?: readonly Source[];
    /** Milliseconds since 1970, for sessions. */
    readonly clock?: () => number;
    readonly oidc?: OidcSignIn;
  } = {},
) {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-console-"));
  const { caFile, console: pair } = await ensureCertificates(directory);
  const tokens = Object.fromEntries(
    apiRoles.map((role) => [role, apiTokenOf(randomBytes(32))]),
  ) as Record<ApiRole, string>;
  const tokensFile = join(directory, "tokens.json");
  const entries = apiRoles.map((role) => ({
    ...{ name: `the-${role}`, role },
    sha256: apiTokenDigest(tokens[role]),
  }));
  writeFileSync(tokensFile, JSON.stringify(entries));
  const emulator = await startEmulator();
  const { client, table } = emulator;
  const { journal } = options;
  const registry = new DeviceRegistry({
    ...{ client, table, consistent: true },
    ...(journal && { journal }),
  });
  const { nats = withoutServer } = options;
  const metricsOf = new Registry();
  const metrics = createConsoleMetrics(metricsOf);
  const log = createLog("console", "silent");
  const tokenBook = new TokenBook(tokensFile);
  const { clock = Date.now, page = littlePage, sources = [] } = options;
  const access = createAccess({
    ...{ tokens: tokenBook, limits: options.limits ?? unlimited, sessionLimits, clock },
    ...{ metrics, log },
  });
  const live = new LiveFeed({ sources, ask: askAll, clock: Date.now });
  const tls = { cert: readFileSync(pair.certFile), key: readFileSync(pair.keyFile) };
  const scans = new ScanBudget({ limits: options.scans ?? unlimitedScans, metrics });
  const book = new IncidentBook();
  const reads = new StreamReads();
  const { exceptions = noExceptions, documents = [] } = options;
  const rules = openRuleDesk({ connection: nats, reads, book, documents, log });
  const desks = { incidents: noDesk(book), exceptions, rules };
  const indexed = searchOfTable(registry, directory);
  const data = { registry, devices: indexed.search, nats, scans, reads, ...desks, clock: Date.now };
  const { oidc } = options;
  const api = await createServer({ ...data, tls, access, live, page, oidc, metrics, log });
  return {
    ...{
      api,
      registry,
      emulator,
      tokens,
      tokensFile,
      book: tokenBook,
      caFile,
      live,
      access,
      incidents: book,
    },
    metrics: () => metricsOf.metrics(),
    /** The headers of a request of this role. */
    as: (role: ApiRole) => ({ authorization: `Bearer ${tokens[role]}` }),
    stop: async () => {
      await api.close();
      indexed.close();
      await emulator.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
export type TestServer = Awaited<ReturnType<typeof startTestServer>>;
