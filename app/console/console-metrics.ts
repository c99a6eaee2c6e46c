import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { AuditOutbox } from "../audit/audit-outbox.ts";
import { latencyBuckets } from "../shared/metrics.ts";
import type { IndexState } from "./device-index/index-keeper.ts";

/**
 * Why somebody was turned away: by an unknown or missing token, session or link, by a sign-in that was not begun here
 * or that the identity provider does not vouch for, by where the request came from, by the role, or by a limit.
 */
export const unauthorizedReasons = [
  "token-missing",
  "token-unknown",
  "session-ended",
  "link-unknown",
  "sign-in-unknown",
  "sign-in-refused",
  "no-role",
  "not-from-the-page",
  "role-too-low",
  "address-limit",
] as const;
export type UnauthorizedReason = (typeof unauthorizedReasons)[number];

/** What opened a session at the page. */
export const signInWays = ["token", "link", "oidc"] as const;
export type SignInWay = (typeof signInWays)[number];

export const followedKinds = ["tokens", "certificate"] as const;
export type FollowedKind = (typeof followedKinds)[number];

/** What is told of the index of devices; zero before it is known. */
const indexGauges = [
  {
    name: "sentinel_console_device_index_as_of_timestamp_seconds",
    help: "Changes of devices until then are in the index",
    collect: (state?: IndexState) => (state?.asOf ?? 0) / 1_000,
  },
  {
    name: "sentinel_console_device_index_filled_timestamp_seconds",
    help: "When all of the device table was last read into the index",
    collect: (state?: IndexState) => (state?.filledAt ?? 0) / 1_000,
  },
  {
    name: "sentinel_console_device_index_read_items",
    help: "Items of the device table that the reading into the index has read, or the last one had",
    collect: (state?: IndexState) => state?.read ?? 0,
  },
  {
    name: "sentinel_console_device_index_bytes",
    help: "What the file of the index takes",
    collect: (state?: IndexState) => state?.bytes ?? 0,
  },
];

export type ConsoleMetrics = ReturnType<typeof createConsoleMetrics>;

/** Series with known labels start at zero, so that a first failure is seen as a rise. */
export function createConsoleMetrics(registry: Registry) {
  const registers = [registry];
  const requests = new Counter({
    name: "sentinel_console_requests_total",
    help: "Answered requests of the API, by route and status",
    labelNames: ["route", "method", "code"],
    registers,
  });
  const requestSeconds = new Histogram({
    name: "sentinel_console_request_seconds",
    help: "From a request's head to the end of its answer",
    labelNames: ["route", "method"],
    buckets: latencyBuckets,
    registers,
  });
  const unauthorized = new Counter({
    name: "sentinel_console_unauthorized_total",
    help: "Requests that were turned away for who sent them",
    labelNames: ["reason"],
    registers,
  });
  for (const reason of unauthorizedReasons) unauthorized.inc({ reason }, 0);
  const signIns = new Counter({
    name: "sentinel_console_sign_ins_total",
    help: "Sessions that were opened at the page",
    labelNames: ["by"],
    registers,
  });
  for (const by of signInWays) signIns.inc({ by }, 0);
  const providerFailures = new Counter({
    name: "sentinel_console_identity_provider_failures_total",
    help: "Sign-ins that came to nothing because the identity provider could not be asked",
    registers,
  });
  const unusableFiles = new Counter({
    name: "sentinel_console_unusable_files_total",
    help: "Times that a changed file could not be used, so that what was read before goes on",
    labelNames: ["file"],
    registers,
  });
  for (const file of followedKinds) unusableFiles.inc({ file }, 0);
  const auditFailures = new Counter({
    name: "sentinel_console_audit_failures_total",
    help: "Attempts to store an audit record that failed; each is followed by another",
    registers,
  });
  const scannedItems = new Counter({
    name: "sentinel_console_scanned_items_total",
    help: "Items of the device table that lists made it look at",
    registers,
  });
  const scansRefused = new Counter({
    name: "sentinel_console_scans_refused_total",
    help: "Lists that were refused because their token has made the table look at enough",
    registers,
  });
  const indexFailures = new Counter({
    name: "sentinel_console_device_index_failures_total",
    help: "Times that the index of devices could not read the table, be written or be asked",
    registers,
  });
  return {
    ...{ scannedItems, scansRefused, indexFailures },
    watchIndex: (state: () => IndexState | undefined) => {
      for (const { collect, ...told } of indexGauges) {
        new Gauge({
          ...told,
          registers,
          collect() {
            this.set(collect(state()));
          },
        });
      }
    },
    answered: (labels: { route: string; method: string; code: number }, seconds?: number) => {
      const { route, method, code } = labels;
      requests.inc({ route, method, code });
      if (seconds !== undefined) requestSeconds.observe({ route, method }, seconds);
    },
    signedIn: (by: SignInWay) => signIns.inc({ by }),
    providerFailed: () => providerFailures.inc(),
    turnedAway: (reason: UnauthorizedReason) => unauthorized.inc({ reason }),
    unusableFile: (file: FollowedKind) => unusableFiles.inc({ file }),
    auditFailures,
    watchPage: (page: { readonly sessions: () => number; readonly streams: () => number }) => {
      const gauge = (name: string, help: string, read: () => number) =>
        new Gauge({
          ...{ name: `sentinel_console_${name}`, help, registers },
          collect() {
            this.set(read());
          },
        });
      gauge(
        "sessions",
        "Sessions at the page that have not ended, as far as is known",
        page.sessions,
      );
      gauge("live_streams", "Pages that are told live figures", page.streams);
    },
    watchOutbox: (outbox: Pick<AuditOutbox, "size">) => {
      new Gauge({
        name: "sentinel_console_audit_outbox_records",
        help: "Records of changes that are not stored in AUDIT yet",
        registers,
        collect() {
          this.set(outbox.size);
        },
      });
    },
  };
}
