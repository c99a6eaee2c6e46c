import { z } from "zod";
import { defaultDeviceTable, deviceAuths } from "../contract/device.ts";
import {
  defaultEnforcement,
  enforcementModes,
  longestBarMinutes,
  mostBars,
} from "../contract/enforcement.ts";
import {
  auditedRefusalsPerMinute,
  cutOffMemoryHours,
  sessionSweepSeconds,
} from "../contract/limits.ts";
import { regionLabelPattern, regionLabelRule } from "../contract/regions.ts";
import type { CutOffTimes } from "../cut-off/cut-off.ts";
import {
  auditSchema,
  count,
  natsSchema,
  processSchema,
  readEnvironment,
} from "../shared/environment.ts";
import { peerLogins } from "../shared/peer-logins.ts";
import type { BarSettings } from "./bars/bars.ts";
import type { RecordLimits } from "./callout/decision-recorder.ts";
import type { AdmissionSettings } from "./limits/admission.ts";
import type { LimitSettings } from "./limits/login-limits.ts";

/** Each limit holds for one replica: see `LimitSettings`. */
const limitSchema = {
  /** A flood from one address must leave room for others; all devices of a small region may share one. */
  ADDRESS_LOGINS_PER_SECOND: count.default(1_000),
  DEVICE_FAILURES: count.default(10),
  /** High: behind a carrier's address there are always some devices with wrong secrets. */
  ADDRESS_FAILURES: count.default(1_000),
  LOCKOUT_SECONDS: count.default(60),
  LOCKOUT_LIMIT_SECONDS: count.default(900),
  /** A device that sent too much is kept out for so long; each time within a day doubles it. */
  CUT_OFF_SECONDS: count.default(60),
  /**
   * For the whole region; more are only counted and alarmed. Twice as many as the hundred that may
   * flood at once. Who has the meter's password keeps out 1,000 devices in the five minutes that an
   * alert takes to be seen.
   */
  CUT_OFFS_PER_MINUTE: count.default(200),
  /**
   * Sessions that end in a minute at most because their devices logged in to one other region: a
   * fleet of 70,000 that moved is seen to within an hour.
   */
  MOVED_SESSIONS_PER_MINUTE: count.default(1_200),
  /**
   * Sessions that end in a minute at most because nothing comes from their devices: ten edges at the
   * pace of one. A login each follows.
   */
  SILENT_SESSIONS_PER_MINUTE: count.default(1_200),
  CUT_OFF_LIMIT_SECONDS: count.max((cutOffMemoryHours * 3_600) / 2).default(21_600),
  /** As many as wait when 2,000 connect a second and DynamoDB takes two seconds. */
  LOGINS_AT_ONCE: count.default(4_000),
};

/** What becomes of a device against which much is held: see `defaultEnforcement`. */
const barSchema = {
  /** What a bar says where it was made. */
  REGION: z.string().regex(regionLabelPattern, `must be ${regionLabelRule}`).default("local"),
  ENFORCEMENT_MODE: z.enum(enforcementModes).default(defaultEnforcement.mode),
  BAR_SECONDS: count.max(longestBarMinutes * 60).default(defaultEnforcement.minutes * 60),
  /** For the whole region; more are only counted and alarmed. */
  BARS_PER_HOUR: count.max(mostBars).default(defaultEnforcement.barsPerHour),
  /** Of all regions. */
  BARS_AT_ONCE: count.max(mostBars).default(defaultEnforcement.barsAtOnce),
};

/** What refusals and repeated logins may add to AUDIT: see `RecordLimits`. All others are counted. */
const recordSchema = {
  AUDIT_REFUSALS_AT_ONCE: count.min(2).default(600),
  AUDIT_REFUSALS_PER_MINUTE: count.default(auditedRefusalsPerMinute),
  AUDIT_REFUSALS_PER_ADDRESS: count.default(5),
  AUDIT_LOGINS_PER_HOUR: count.default(20),
};

const shape = {
  ...processSchema,
  /** The password file is user `auth`'s. */
  ...natsSchema,
  ...limitSchema,
  ...barSchema,
  CALLOUT_PASSWORD_FILE: z.string().min(1),
  /** Of user `session-closer`, in the system account. */
  CLOSER_PASSWORD_FILE: z.string().min(1),
  /** The other regions, whose changes of the registry count here too. */
  PEER_PASSWORD_FILES: peerLogins.default([]),
  /** Account seed whose public key nats-server knows as issuer. */
  AUTH_ISSUER_SEED_FILE: z.string().min(1),
  ...auditSchema,
  /** What devices prove themselves with. The edges must ask for certificates where it is those. */
  DEVICE_AUTH: z.enum(deviceAuths).default("secret"),
  DEVICE_TABLE: z.string().min(1).default(defaultDeviceTable),
  AWS_REGION: z.string().min(1),
  DYNAMODB_ENDPOINT: z.url().optional(),
  CACHE_POSITIVE_SECONDS: count.default(30),
  CACHE_NEGATIVE_SECONDS: count.default(5),
  /** How long known devices are admitted while DynamoDB cannot be read. */
  CACHE_STALE_SECONDS: count.default(3_600),
  /** The memory of so many usual records, 0.7 kB each; of records with labels there are fewer in it. */
  CACHE_DEVICES: count.default(250_000),
  /** A device's session ends after this long, give or take a tenth, and it logs in again. */
  SESSION_SECONDS: count.default(43_200),
  /** Two hours at most: as long as REGISTRY_CHANGES remembers whose turn it was. */
  SWEEP_SECONDS: count.max(7_200).default(sessionSweepSeconds),
  AUDIT_OUTBOX_RECORDS: count.default(10_000),
  AUDIT_OLDEST_SECONDS: count.default(5),
  ...recordSchema,
};

export type AuthEnvironment = ReturnType<typeof readAuthEnvironment>;
export const readAuthEnvironment = (environment?: Record<string, string | undefined>) =>
  readEnvironment(shape, environment);

export const limitSettingsOf = (environment: AuthEnvironment): LimitSettings => ({
  loginsPerAddressPerSecond: environment.ADDRESS_LOGINS_PER_SECOND,
  deviceFailures: environment.DEVICE_FAILURES,
  addressFailures: environment.ADDRESS_FAILURES,
  lockout: {
    firstSeconds: environment.LOCKOUT_SECONDS,
    longestSeconds: environment.LOCKOUT_LIMIT_SECONDS,
  },
});

export const cutOffTimesOf = (environment: AuthEnvironment): CutOffTimes => ({
  firstSeconds: environment.CUT_OFF_SECONDS,
  longestSeconds: environment.CUT_OFF_LIMIT_SECONDS,
});

export const barSettingsOf = (environment: AuthEnvironment): BarSettings => ({
  region: environment.REGION,
  mode: environment.ENFORCEMENT_MODE,
  barMs: environment.BAR_SECONDS * 1_000,
  perHour: environment.BARS_PER_HOUR,
  atOnce: environment.BARS_AT_ONCE,
});

export const admissionSettingsOf = (environment: AuthEnvironment): AdmissionSettings => ({
  atOnce: environment.LOGINS_AT_ONCE,
  strangersAtOnce: Math.ceil(environment.LOGINS_AT_ONCE / 2),
  strangerBacklogMs: 600,
});

export const recordLimitsOf = (environment: AuthEnvironment): RecordLimits => ({
  refusals: {
    atOnce: environment.AUDIT_REFUSALS_AT_ONCE,
    perMinute: environment.AUDIT_REFUSALS_PER_MINUTE,
    perAddress: environment.AUDIT_REFUSALS_PER_ADDRESS,
  },
  loginsPerHour: environment.AUDIT_LOGINS_PER_HOUR,
});
