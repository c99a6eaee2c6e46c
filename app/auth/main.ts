import { AuditChain } from "../audit/audit-chain.ts";
import { AuditOutbox } from "../audit/audit-outbox.ts";
import type { AuditSigner } from "../audit/audit-signer.ts";
import { HeadExchange } from "../audit/head-exchange.ts";
import { RenewedAuditKeys } from "../audit/renewed-audit-keys.ts";
import { storeAudit } from "../audit/store-audit.ts";
import { nowMs } from "../contract/headers.ts";
import { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import { type ProcessContext, runProcess } from "../shared/lifecycle.ts";
import type { Logger } from "../shared/log.ts";
import type { NatsConnection } from "../shared/nats.ts";
import { type AuthMetrics, createAuthMetrics } from "./auth-metrics.ts";
import { createAuth } from "./auth-service.ts";
import { createBarMetrics } from "./bars/bar-metrics.ts";
import { BarService } from "./bars/bar-service.ts";
import { PublisherKeyAnswers } from "./cache/publisher-key-answers.ts";
import { createCaches, reachRegistry } from "./cache/registry-caches.ts";
import { createCalloutResponder } from "./callout/callout-responder.ts";
import { credentialRules } from "./callout/credential-rules.ts";
import { DecisionRecorder } from "./callout/decision-recorder.ts";
import { createJudge } from "./callout/judge.ts";
import { renewedIssuer } from "./callout/renewed-issuer.ts";
import { longestSessionMs } from "./callout/session-end.ts";
import { connectAccounts } from "./connections.ts";
import { createCutOffMetrics } from "./cut-off/cut-off-metrics.ts";
import { startCutOffs } from "./cut-off/cut-off-service.ts";
import { HeldRefusals } from "./cut-off/held-refusals.ts";
import {
  type AuthEnvironment,
  admissionSettingsOf,
  barSettingsOf,
  cutOffTimesOf,
  limitSettingsOf,
  readAuthEnvironment,
  recordLimitsOf,
} from "./environment.ts";
import { Admission } from "./limits/admission.ts";
import { BacklogProbe } from "./limits/backlog-probe.ts";
import { createLimitMetrics } from "./limits/limit-metrics.ts";
import { LoginLimits } from "./limits/login-limits.ts";
import { Flapping, flapSettings } from "./login-findings/flapping.ts";
import { Guesses, guessSettings } from "./login-findings/guesses.ts";
import { createLoginFindingMetrics } from "./login-findings/login-finding-metrics.ts";
import { LoginFindings } from "./login-findings/login-findings.ts";
import { startOneSession } from "./one-session/one-session.ts";
import { createOneSessionMetrics } from "./one-session/one-session-metrics.ts";
import { OwnLogins } from "./one-session/own-logins.ts";
import { LiveSessions } from "./revocation/live-sessions.ts";
import { startRevocation } from "./revocation/revocation.ts";
import { createRevocationMetrics } from "./revocation/revocation-metrics.ts";
import { createSilenceMetrics } from "./silence/silence-metrics.ts";
import { SilentSessions } from "./silence/silent-sessions.ts";

const auditsInFlight = 512;

/**
 * Six times as often as the shortest wait that matters, 600 ms. Not more often: each ping takes 0.4 ms
 * of processor time here, whether anybody logs in or not.
 */
const backlogProbeMs = 100;

interface AuditParts {
  readonly connection: NatsConnection;
  readonly metrics: AuthMetrics;
  readonly log: Logger;
}

function openAudit({ connection, metrics, log }: AuditParts, environment: AuthEnvironment) {
  const keys = new RenewedAuditKeys(environment, "auth");
  const chainBy = (signer: AuditSigner) =>
    new AuditChain({ kind: "auth", name: environment.REPLICA, signer, clock: nowMs });
  const publisher = new AcknowledgedPublisher(connection, "auth");
  const outbox = new AuditOutbox({
    chain: chainBy(keys.signer),
    store: storeAudit(publisher, () => metrics.auditFailures.inc()),
    limit: environment.AUDIT_OUTBOX_RECORDS,
    oldestMs: environment.AUDIT_OLDEST_SECONDS * 1000,
    inFlight: auditsInFlight,
    clock: nowMs,
  });
  outbox.begin();
  metrics.watchOutbox(outbox);
  keys.follow((signer) => outbox.renew(chainBy(signer)), log);
  const everyMs = environment.AUDIT_HEADS_SECONDS * 1_000;
  return { outbox, heads: new HeadExchange({ connection, kind: "auth", outbox, keys, everyMs }) };
}

function createLimits(environment: AuthEnvironment, { log, metrics: registry }: ProcessContext) {
  const metrics = createLimitMetrics(registry);
  const limits = new LoginLimits({
    settings: limitSettingsOf(environment),
    onLockout: (limit, key, seconds) => {
      metrics.lockedOut(limit);
      log.warn({ limit, key, seconds }, "locked out");
    },
  });
  return { limits, admission: new Admission(admissionSettingsOf(environment)), metrics };
}

async function start(environment: AuthEnvironment, context: ProcessContext) {
  const { log } = context;
  const issuer = renewedIssuer(environment.AUTH_ISSUER_SEED_FILE, log);
  const metrics = createAuthMetrics(context.metrics);
  const { limits, admission, metrics: limitMetrics } = createLimits(environment, context);
  const connections = await connectAccounts(environment, log);
  const { auth, callout } = connections;
  const { outbox, heads } = openAudit({ connection: auth.connection, metrics, log }, environment);
  const caches = createCaches(environment, metrics, log);
  const { login: cache, status: statusCache } = caches;
  limitMetrics.watch({ limits, admission, caches: { login: cache, status: statusCache } });
  const recorder = new DecisionRecorder({
    outbox,
    limits: recordLimitsOf(environment),
    refusalRecords: Math.ceil(environment.AUDIT_OUTBOX_RECORDS / 2),
    clock: nowMs,
    onCounted: () => metrics.auditUnrecorded.inc(),
  });
  const auditBlocked = () => outbox.blocked !== undefined;
  const backlog = new BacklogProbe({
    echo: () => callout.connection.flush(),
    everyMs: backlogProbeMs,
    clock: nowMs,
  });
  const backlogMs = () => backlog.ms;
  const rule = credentialRules[environment.DEVICE_AUTH];
  const exists = async (id: string) =>
    (cache.peek(id) ?? (await statusCache.lookup(id))).kind !== "absent";
  // Devices of other regions come here, too.
  const own = new OwnLogins(2 * environment.CACHE_DEVICES);
  const cutOffs = startCutOffs({
    ...{ connections, outbox, log, logins: own },
    times: cutOffTimesOf(environment),
    perMinute: environment.CUT_OFFS_PER_MINUTE,
    exists,
    metrics: createCutOffMetrics(context.metrics),
    clock: nowMs,
  });
  const bars = new BarService({
    ...{ connections, outbox, log, exists },
    ...barSettingsOf(environment),
    metrics: createBarMetrics(context.metrics),
    clock: nowMs,
  });
  const oneSession = startOneSession({
    ...{ connections, log, own, replica: environment.REPLICA },
    perMinute: environment.MOVED_SESSIONS_PER_MINUTE,
    sessionMs: longestSessionMs(environment.SESSION_SECONDS),
    metrics: createOneSessionMetrics(context.metrics),
  });
  const loginFindings = new LoginFindings({
    ...{ connection: auth.connection, log, clock: nowMs },
    guesses: new Guesses(guessSettings, nowMs),
    flapping: new Flapping(flapSettings, nowMs),
    metrics: createLoginFindingMetrics(context.metrics),
  });
  const refusals = new HeldRefusals();
  const respond = createCalloutResponder({
    judge: createJudge({
      ...{ cache, limits, admission, auditBlocked, rule, backlogMs, clock: nowMs },
      isCutOff: cutOffs.isCutOff,
      isBarred: (clientId) => bars.isBarred(clientId),
    }),
    knows: (clientId) => cache.knows(clientId),
    limits,
    recorder,
    issuer,
    holdCutOff: () => refusals.wait(),
    admitted: ({ address, ...login }) => {
      oneSession.admitted(login);
      loginFindings.admitted({ clientId: login.clientId, address });
    },
    refused: (login) => loginFindings.refused(login),
    sessionSeconds: environment.SESSION_SECONDS,
    metrics: { ...metrics, limited: limitMetrics.limited },
    log,
    clock: nowMs,
  });
  void reachRegistry(caches, log);
  const revocation = startRevocation({
    ...{ connections, log, caches: [cache, statusCache] },
    ...{ registry: caches.registry, consistentRegistry: caches.consistentRegistry },
    sweepSeconds: environment.SWEEP_SECONDS,
    metrics: createRevocationMetrics(context.metrics),
  });
  const silentSessions = new SilentSessions({
    live: new LiveSessions(connections.system.connection),
    perMinute: environment.SILENT_SESSIONS_PER_MINUTE,
    metrics: createSilenceMetrics(context.metrics),
    ...{ clock: nowMs, log },
  });
  const publisherKeys = new PublisherKeyAnswers({
    read: () => caches.consistentRegistry.publisherKeys.read(),
    onFailure: (error) => log.warn({ err: error }, "the keys of publishers cannot be read"),
    clock: () => performance.now(),
  });
  return createAuth({
    ...{ connections, respond, outbox, heads, recorder, cache, statusCache, revocation },
    publisherKeys,
    ...{ cutOffs, bars, loginFindings, oneSession, silentSessions, log },
  });
}

await runProcess("auth", readAuthEnvironment, start);
