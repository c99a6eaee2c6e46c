import { changeReader } from "../../app/contract/peers.ts";
import { regionNames } from "../../app/contract/regions.ts";

/** What shows that a credential is renewed while processes run: a test, and words of its case. */
export interface Shown {
  readonly by: string;
  readonly case: string;
}
/** Or why there is nothing to renew in a process that runs. */
export interface NotHeld {
  readonly because: string;
}
export type Renewal = Shown | NotHeld;

const rotation = "test/flow/rotation.test.ts";
const inJob: NotHeld = { because: "a Job reads it at its start and ends" };
const perCommand: NotHeld = { because: "a command reads it at its start and ends" };
/** It connects as every other user of its process does, by `connectAccounts`. */
const ofAuth: Shown = { by: rotation, case: "the NATS password of %s" };

/** Users of NATS that `rotatedUsers` does not have. */
export const otherUsers: Readonly<Record<string, Renewal>> = {
  "report-gate@edge": {
    by: "test/flow/report-gate.test.ts",
    case: "when its edge starts anew, which then has another password for its gate",
  },
  operator: perCommand,
  ...Object.fromEntries(regionNames.map((region) => [changeReader(region), ofAuth])),
};

/** Makers of streams, whatever they are called. */
export const streamMakers = { prefix: "provision-", renewal: inJob };

export const upstreamUsers: Readonly<Record<string, Renewal>> = {
  bridge: { by: rotation, case: "the upstream broker's password of %s" },
  watcher: { by: rotation, case: "the upstream broker's password of %s" },
  publisher: {
    by: rotation,
    case: "the upstream broker's password of publishers, who learn it after the broker",
  },
};

const auditKey: Shown = {
  by: "app/audit/renewed-audit-keys.test.ts",
  case: "go on in a chain of their own, and both chains are whole and closed",
};
export const auditKeys: Readonly<Record<string, Renewal>> = {
  auth: { by: rotation, case: "the key that auth signs audit records with" },
  console: auditKey,
  operator: perCommand,
  mender: auditKey,
  inspector: auditKey,
  "report-inspector": auditKey,
  archive: auditKey,
};

const inTurns: Shown = {
  by: "test/flow/edge-turns.test.ts",
  case: "when the first is back with its renewed certificate and all devices are in",
};
export const certificates: Readonly<Record<string, Renewal>> = {
  core: {
    by: rotation,
    case: "the core servers' certificates: new connections see the new one, and none ends",
  },
  leaf: {
    by: "test/flow/leaf-certificates.test.ts",
    case: "with a line that breaks afterwards, too: an alert of another region is sent once and in order",
  },
  edge: inTurns,
  devices: inTurns,
  mosquitto: {
    by: "infra/messaging/file-watch.test.ts",
    case: "makes Mosquitto show a renewed certificate, without ending a connection",
  },
  console: {
    by: "app/console/console.test.ts",
    case: "is read again when it is renewed, without a restart",
  },
};

/** What else lies in the Secrets of our processes. */
export const otherFiles: Readonly<Record<string, Renewal>> = {
  "issuer-seed": {
    by: "app/auth/callout/renewed-issuer.test.ts",
    case: "signs with the seed that the file holds now",
  },
  "api-tokens.json": { by: "app/console/console.test.ts", case: "is read again when it changes" },
  "receivers.json": {
    by: "app/aggregator/notices/renewed-receivers.test.ts",
    case: "have the key that the file holds now, without a new start",
  },
  "upstream-session-key": {
    because: "it proves nothing to anybody: sessions have their names from it",
  },
};
