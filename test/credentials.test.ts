/** Whoever adds a credential says here how it is renewed while processes run, or why it need not be. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, it } from "vitest";
import { auditSignerNames } from "../app/contract/audit-keys.ts";
import { serviceUsersOf } from "../app/contract/region-users.ts";
import { regionNames } from "../app/contract/regions.ts";
import { mosquittoUsers } from "../infra/messaging/mosquitto-config.ts";
import { certificateHosts } from "../infra/platform/certificates.ts";
import { namespace, objectsOf } from "../infra/platform/objects.fixture.ts";
import { ServiceSecrets } from "../infra/platform/service-secrets.ts";
import {
  auditKeys,
  certificates,
  otherFiles,
  otherUsers,
  type Renewal,
  streamMakers,
  upstreamUsers,
} from "./support/credentials.ts";
import type { FakeEngine } from "./support/fake-engine.ts";
import { rotatedUsers } from "./support/rotation.ts";

let engine: FakeEngine;
beforeAll(async () => {
  engine = await objectsOf(
    () =>
      new ServiceSecrets("secrets", {
        ...{ namespace, peers: regionNames, apiTokens: [], formerAuditKeys: [] },
        incidentReceivers: { alertmanager: true, webhooks: [] },
      }),
  );
});

const keysOf = (table: object) => Object.keys(table).toSorted();

it("every user of NATS has a password that is renewed under load, or that no process holds", () => {
  const users = serviceUsersOf(regionNames)
    .map(({ name }) => name)
    .filter((name) => !name.startsWith(streamMakers.prefix));
  expect(users.toSorted()).toEqual([...keysOf(rotatedUsers), ...keysOf(otherUsers)].toSorted());
});

it("so has every user of the upstream broker, and every audit key, and every certificate", () => {
  expect(Object.values(mosquittoUsers).toSorted()).toEqual(keysOf(upstreamUsers));
  expect(auditSignerNames.toSorted()).toEqual(keysOf(auditKeys));
  const hosts = certificateHosts({ namespace, region: "us-east", domain: "example.com" });
  expect(keysOf(hosts)).toEqual(keysOf(certificates));
});

it("and whatever else lies in the Secrets of our processes", () => {
  const passwords = /^(password|callout-password|closer-password|password-.*)$|^passwords\.conf$/;
  const keys = /^audit-keys?(\.json)?$/;
  const files = engine
    .of("kubernetes:core/v1:Secret")
    // The operator's is for people.
    .filter(({ inputs }) => inputs.metadata.name !== "operator-secrets")
    .flatMap(({ inputs }) => Object.keys(inputs.stringData))
    .filter((file) => !passwords.test(file) && !keys.test(file));
  expect([...new Set(files)].toSorted()).toEqual(keysOf(otherFiles));
});

const all: readonly (readonly [string, Renewal])[] = [
  otherUsers,
  upstreamUsers,
  auditKeys,
  certificates,
  otherFiles,
].flatMap((table) => Object.entries(table));

it.each(all)("what is said of %s can be looked up", (_, renewal) => {
  if ("because" in renewal) {
    expect(renewal.because.length).toBeGreaterThan(10);
    return;
  }
  const file = join(import.meta.dirname, "..", renewal.by);
  expect(existsSync(file), renewal.by).toBe(true);
  expect(readFileSync(file, "utf8")).toContain(renewal.case);
});
