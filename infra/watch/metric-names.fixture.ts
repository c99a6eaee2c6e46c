import { createAggregatorMetrics } from "../../app/aggregator/aggregator-metrics.ts";
import { createNoticeMetrics } from "../../app/aggregator/notices/notice-metrics.ts";
import { createArchiveMetrics } from "../../app/archive/archive-metrics.ts";
import { AuditChain } from "../../app/audit/audit-chain.ts";
import { testSigners } from "../../app/audit/audit-keys.fixture.ts";
import { AuditOutbox } from "../../app/audit/audit-outbox.ts";
import { createAuthMetrics } from "../../app/auth/auth-metrics.ts";
import { createBarMetrics } from "../../app/auth/bars/bar-metrics.ts";
import { createCutOffMetrics } from "../../app/auth/cut-off/cut-off-metrics.ts";
import { Admission } from "../../app/auth/limits/admission.ts";
import { createLimitMetrics } from "../../app/auth/limits/limit-metrics.ts";
import { LoginLimits } from "../../app/auth/limits/login-limits.ts";
import { createLoginFindingMetrics } from "../../app/auth/login-findings/login-finding-metrics.ts";
import { createOneSessionMetrics } from "../../app/auth/one-session/one-session-metrics.ts";
import { createRevocationMetrics } from "../../app/auth/revocation/revocation-metrics.ts";
import { createSilenceMetrics } from "../../app/auth/silence/silence-metrics.ts";
import { createBridgeMetrics } from "../../app/bridge/bridge-metrics.ts";
import { createConsoleMetrics } from "../../app/console/console-metrics.ts";
import { createDeliveryMetrics } from "../../app/delivery/delivery-metrics.ts";
import { createFenceMetrics } from "../../app/fence/fence-metrics.ts";
import {
  createInspectorMetrics,
  exposeInspectorState,
} from "../../app/inspector/inspector-metrics.ts";
import { createMenderMetrics } from "../../app/mender/mender-metrics.ts";
import { createMeterMetrics } from "../../app/meter/meter-metrics.ts";
import { Pace } from "../../app/report-gate/pace.ts";
import { createReportGateMetrics } from "../../app/report-gate/report-gate-metrics.ts";
import { ReportLines } from "../../app/report-gate/report-lines.ts";
import { createMetrics } from "../../app/shared/metrics.ts";

const notMetrics = new Set(["and", "or", "unless", "bool", "offset", "group_left", "group_right"]);

/** The metrics that a PromQL expression reads. */
export function metricNamesIn(expression: string): readonly string[] {
  const bare = expression
    .replace(/"[^"]*"/g, "")
    .replace(/\{[^}]*\}/g, "")
    .replace(/\[[^\]]*\]/g, "")
    .replace(/\boffset \w+/g, "")
    .replace(/\b(by|without|on|ignoring|group_left|group_right) *\([^)]*\)/g, "");
  const words = bare.match(/(?<![\w.])[a-zA-Z_]\w*(?! *\(|\w)/g) ?? [];
  return [...new Set(words.filter((word) => !notMetrics.has(word)))];
}

/** Login limits of nobody's. */
const noLimits = () =>
  new LoginLimits({
    settings: {
      loginsPerAddressPerSecond: 1,
      deviceFailures: 1,
      addressFailures: 1,
      lockout: { firstSeconds: 1, longestSeconds: 1 },
    },
    onLockout: () => {},
  });

/** Everything that our processes expose, as it is before anything has happened. */
export async function ownMetrics() {
  const registry = createMetrics("any", "any-0");
  const zero = () => 0;
  createBridgeMetrics(registry, {
    inFlight: zero,
    heldBytes: zero,
    paused: () => false,
    upstreamConnected: () => true,
    leads: () => true,
    backlogBytes: zero,
    backlogMessages: zero,
  });
  createInspectorMetrics(registry);
  exposeInspectorState(registry, {
    partitionsOwned: zero,
    held: zero,
    matchingWaiting: zero,
    clientsRemembered: zero,
    fleetFactor: zero,
    purgeDistance: zero,
  });
  createAuthMetrics(registry).watchOutbox(
    new AuditOutbox({
      chain: new AuditChain({ kind: "auth", name: "any", signer: testSigners.auth, clock: zero }),
      store: () => Promise.resolve(),
      limit: 1,
      oldestMs: 1,
      inFlight: 1,
      clock: zero,
    }),
  );
  createLimitMetrics(registry).watch({
    limits: noLimits(),
    admission: new Admission({ atOnce: 1, strangersAtOnce: 1, strangerBacklogMs: 1 }),
    caches: {},
  });
  createRevocationMetrics(registry).watchOpen(zero);
  createOneSessionMetrics(registry).watchWaiting(zero);
  createCutOffMetrics(registry).watchInForce(zero);
  createBarMetrics(registry).watchInForce(zero);
  createLoginFindingMetrics(registry);
  createSilenceMetrics(registry);
  createMeterMetrics(registry).watchDevices(zero);
  createMenderMetrics(registry, ["eu-west"]);
  const ofDelivery = createDeliveryMetrics(registry);
  ofDelivery.watch({ inHand: zero, waiting: zero, window: zero });
  ofDelivery.watchTurns([{ peer: "eu-west", held: () => false }]);
  createFenceMetrics(registry, async () => 0);
  createReportGateMetrics(registry).watch(new ReportLines(1), new Pace());
  const ofConsole = createConsoleMetrics(registry);
  ofConsole.watchOutbox({ size: 0 });
  ofConsole.watchPage({ sessions: zero, streams: zero });
  ofConsole.watchIndex(() => undefined);
  createArchiveMetrics(registry, zero);
  createNoticeMetrics(registry, ["any"]);
  createAggregatorMetrics(registry).watch({
    active: () => false,
    behind: zero,
    groups: zero,
    risks: zero,
    exceptions: zero,
    canaryAge: zero,
    openIncidents: () => ({ client: 0, campaign: 0 }),
  });
  return registry.getMetricsAsJSON();
}

/** Every name under which our processes expose something, those of histograms with their endings. */
export async function ownMetricNames(): Promise<ReadonlySet<string>> {
  return new Set(
    (await ownMetrics()).flatMap(({ name, type }) =>
      String(type) === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : name,
    ),
  );
}
