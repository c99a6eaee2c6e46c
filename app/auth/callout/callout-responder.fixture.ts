import { Writable } from "node:stream";
import { createAccount } from "@nats-io/nkeys";
import { type Logger, pino } from "pino";
import { Registry } from "prom-client";
import { AuditChain } from "../../audit/audit-chain.ts";
import { testSigners } from "../../audit/audit-keys.fixture.ts";
import { AuditOutbox } from "../../audit/audit-outbox.ts";
import type { AuditRecord } from "../../audit/audit-record.ts";
import type { DeviceAuth } from "../../contract/device.ts";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { createAuthMetrics } from "../auth-metrics.ts";
import { Admission } from "../limits/admission.ts";
import { createLimitMetrics } from "../limits/limit-metrics.ts";
import { type LimitSettings, LoginLimits } from "../limits/login-limits.ts";
import { expires } from "./callout.fixture.ts";
import { createCalloutResponder } from "./callout-responder.ts";
import { credentialRules } from "./credential-rules.ts";
import type { Lookup } from "./decide.ts";
import { DecisionRecorder } from "./decision-recorder.ts";
import { createJudge } from "./judge.ts";
import { accountKeyOf } from "./nkey.ts";
import { createTokenIssuer } from "./user-jwt.ts";

const seed = new TextDecoder().decode(createAccount().getSeed());
const issuer = createTokenIssuer(accountKeyOf(seed));
const recordLimits = {
  refusals: { atOnce: 100_000, perMinute: 5, perAddress: 100_000 },
  loginsPerHour: 100_000,
};
const settings = {
  loginsPerAddressPerSecond: 100,
  deviceFailures: 3,
  addressFailures: 100,
  lockout: { firstSeconds: 60, longestSeconds: 900 },
};

function logInto(lines: string[]): Logger {
  const write = (chunk: unknown, _: unknown, done: () => void) => {
    lines.push(String(chunk));
    done();
  };
  return pino({ level: "trace" }, new Writable({ write }));
}

function outboxInto(records: AuditRecord[], limit: number | undefined, clock: () => number) {
  return new AuditOutbox({
    chain: new AuditChain({ kind: "auth", name: "auth-1", signer: testSigners.auth, clock }),
    store: async (record) => {
      records.push(record);
      if (limit !== undefined) await new Promise(() => {});
    },
    limit: limit ?? 100,
    oldestMs: 5_000,
    inFlight: 100,
    clock,
  });
}

/** A responder that knows `pump-7` with the secret `secret`; its records are collected. */
export function responderWith(
  options: {
    limit?: number;
    lookup?: (clientId: string) => Promise<Lookup>;
    known?: boolean;
    backlogMs?: number;
    deviceAuth?: DeviceAuth;
    /** Resolves when a device may be told that it is cut off; undefined: it is not. */
    holdCutOff?: () => Promise<void>;
    settings?: Partial<LimitSettings>;
  } = {},
) {
  const time = { now: expires * 1000 - 2_000 };
  const clock = () => time.now;
  const records: AuditRecord[] = [];
  const lines: string[] = [];
  const registry = new Registry();
  const outbox = outboxInto(records, options.limit, clock);
  const found: Lookup = { kind: "found", record: deviceWith("pump-7", "secret") };
  const cache = {
    lookup: options.lookup ?? (async () => found),
    knows: () => options.known ?? true,
  };
  const limits = new LoginLimits({
    settings: { ...settings, ...options.settings },
    onLockout: () => {},
  });
  const admission = new Admission({ atOnce: 10, strangersAtOnce: 5, strangerBacklogMs: 400 });
  const recorder = new DecisionRecorder({
    outbox,
    limits: recordLimits,
    refusalRecords: (options.limit ?? 100) / 2,
    clock,
    onCounted: () => {},
  });
  const backlogMs = () => options.backlogMs ?? 0;
  const rule = credentialRules[options.deviceAuth ?? "secret"];
  const auditBlocked = () => outbox.blocked !== undefined;
  const respond = createCalloutResponder({
    judge: createJudge({
      isCutOff: () => options.holdCutOff !== undefined,
      isBarred: () => false,
      cache,
      limits,
      admission,
      auditBlocked,
      rule,
      backlogMs,
      clock,
    }),
    knows: cache.knows,
    limits,
    recorder,
    issuer,
    holdCutOff: async () => options.holdCutOff?.(),
    sessionSeconds: 43_200,
    metrics: { ...createAuthMetrics(registry), limited: createLimitMetrics(registry).limited },
    log: logInto(lines),
    clock,
  });
  const figure = async (metric: string, label: string, value: string) => {
    const values = (await registry.getSingleMetric(metric)?.get())?.values;
    return values?.find((each) => each.labels[label] === value)?.value;
  };
  const events = () => records.map((record) => JSON.parse(Buffer.from(record.body).toString()));
  return {
    ...{ respond, clock: time, records, lines, outbox, found },
    codes: () => events().map((event) => event.status_detail ?? "ok"),
    counted: (code: string) => figure("sentinel_auth_decisions_total", "code", code),
    limitedBy: (limit: string) => figure("sentinel_auth_limited_total", "limit", limit),
  };
}

/** What an answer's claims say to NATS. */
export const answerOf = (token: string | undefined) =>
  token && JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).nats;
