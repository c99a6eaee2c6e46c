/** Every service's password and certificate is renewed under load: no restart, nothing lost, the old one refused within a stated time. */

import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { headers } from "../../app/contract/headers.ts";
import { type Authority, createAuthority } from "../../local/authority.ts";
import { issueCertificates } from "../../local/certificates.ts";
import { type Load, startLoad } from "../../local/load/load.ts";
import type { Region } from "../../local/region.ts";
import { regionApi } from "../support/api-client.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { confirmedPublisher } from "../support/confirmed-publisher.ts";
import { eventually } from "../support/inspection.ts";
import { natsLogin } from "../support/nats-login.ts";
import {
  isUpstreamRefusal,
  renewAtCore,
  renewAtProcess,
  renewAtUpstream,
  renewAuditKey,
  renewUpstream,
  rotatedUsers,
  upstreamLogin,
} from "../support/rotation.ts";
import { servedCertificate } from "../support/served-certificate.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

/** Ready without NATS for minutes: the page still shows what it has. */
const readyWithout = ["console-1"];
/** So long an old password is good at most, and an old certificate shown, once the server has the new one. */
const statedMs = 10_000;

let region: Region;
let load: Load;
let authority: Authority;
let certificates: string;

beforeAll(async () => {
  certificates = mkdtempSync(join(tmpdir(), "sentinel-certificates-"));
  authority = await createAuthority("test CA");
  await issueCertificates(certificates, authority);
  region = await startTestRegion({
    certificates,
    ...{ meters: 1, deliveries: 1, aggregators: 1 },
    ...{ menders: true, console: true, archive: true },
  });
  load = await startLoad(region, { devices: 100, rate: 200 });
});
afterAll(async () => {
  load?.abort();
  await region?.stop();
  rmSync(certificates, { recursive: true, force: true });
});

const figures = (values: object) => process.env["TEST_FIGURES"] && console.log(values);
const delivered = () => load.state().fleet.delivered;
async function deliver(count: number): Promise<void> {
  const goal = delivered() + count;
  await eventually(delivered, (now) => now >= goal, 60_000);
}

/** What all core servers say: "mixed" while some have not taken the change. */
async function login(user: string, pass: string): Promise<string> {
  const said = await Promise.all(
    region.layout.cores.map(({ client }) => natsLogin(region, { port: client, user, pass })),
  );
  const refusals = said.filter((words) => words.includes("-ERR 'Authorization Violation'")).length;
  if (refusals === 0) return "admitted";
  return refusals === said.length ? "refused" : "mixed";
}

async function readiness(name: string): Promise<string> {
  const port = region.layout.operations.get(name);
  const response = await fetch(`http://127.0.0.1:${port}/readyz`);
  return response.ok ? "ready" : await response.text();
}

/** Whether the console can read what it must ask NATS for. */
async function held(): Promise<string> {
  const { status } = await regionApi(region, "viewer")("GET", "/api/v1/quarantine");
  return status === 200 ? "ready" : String(status);
}

it.each(Object.entries(rotatedUsers))("the NATS password of %s", async (user, processes) => {
  await deliver(100);
  const pids = processes.map((name) => region.process(name).pid);
  const { old, fresh } = renewAtCore(region, user);
  const changedMs = performance.now();
  await eventually(
    () => login(user, old),
    (answer) => answer === "refused",
  );
  const refusedMs = Math.round(performance.now() - changedMs);
  // A process whose file is still the old one says what is wrong.
  for (const name of processes.filter((each) => !readyWithout.includes(each))) {
    await eventually(
      () => readiness(name),
      (answer) => answer.includes("NATS refuses our login"),
    );
  }
  renewAtProcess(region, user, fresh);
  for (const name of processes) {
    await eventually(
      () => (readyWithout.includes(name) ? held() : readiness(name)),
      (answer) => answer === "ready",
    );
  }
  expect(processes.map((name) => region.process(name).pid)).toEqual(pids);
  expect(await login(user, fresh)).toBe("admitted");
  expect(await login(user, old)).toBe("refused");
  await deliver(100);
  figures({ user, refusedMs });
  expect(refusedMs).toBeLessThan(statedMs);
});

it("the key that auth signs audit records with", { timeout: 120_000 }, async () => {
  await deliver(100);
  const pids = rotatedUsers.auth.map((name) => region.process(name).pid);
  const keyId = renewAuditKey(region, "auth");
  const operator = await connectAs(region, "operator");
  const openings = async () => {
    const chains = await readStream(operator, "AUDIT", "audit.chain.auth.*");
    return chains.filter(
      ({ payload, header }) =>
        JSON.parse(payload).activity_name === "Start" &&
        header(headers.signature).startsWith(`${keyId}.`),
    );
  };
  await eventually(openings, (found) => found.length === rotatedUsers.auth.length, 60_000);
  const password = await registerDevice(region, "late");
  const { client } = await connectDevice(region, { clientId: "late", password });
  await client.endAsync(true);
  const logins = async () =>
    (await readStream(operator, "AUDIT", "audit.auth.late")).filter(({ header }) =>
      header(headers.signature).startsWith(`${keyId}.`),
    );
  await eventually(logins, (found) => found.length === 1, 60_000);
  await operator.close();
  expect(rotatedUsers.auth.map((name) => region.process(name).pid)).toEqual(pids);

  const { code, stdout } = await sentinel(["audit", "verify", "--json"], {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
  });
  expect([code, JSON.parse(stdout.trim().split("\n").at(-1) ?? "").intact]).toEqual([0, true]);
  await deliver(100);
});

it.each([
  "bridge",
  "watcher",
] as const)("the upstream broker's password of %s", async (username) => {
  const old = readFileSync(region.secrets.upstreamPasswordFile(username), "utf8");
  const changedMs = performance.now();
  await renewUpstream(region, username);
  await eventually(() => upstreamLogin(region, username, old), isUpstreamRefusal);
  const refusedMs = Math.round(performance.now() - changedMs);
  for (const name of rotatedUsers.bridge) {
    await eventually(
      () => readiness(name),
      (answer) => answer === "ready",
    );
  }
  await deliver(200);
  figures({ username, refusedMs });
  expect(refusedMs).toBeLessThan(statedMs);
});

it("the upstream broker's password of publishers, who learn it after the broker", {
  retry: 0,
}, async () => {
  const own = await confirmedPublisher(region, "confirmed");
  await own.confirm(20);
  const file = region.secrets.upstreamPasswordFile("publisher");
  const old = readFileSync(file, "utf8");
  const changedMs = performance.now();
  const fresh = await renewAtUpstream(region, "publisher");
  await eventually(() => upstreamLogin(region, "publisher", old), isUpstreamRefusal);
  const refusedMs = Math.round(performance.now() - changedMs);
  const atRefusal = own.state.confirmed;
  expect(await upstreamLogin(region, "publisher", fresh)).toBe("admitted");
  await delay(1_000);
  expect(own.state.confirmed).toBe(atRefusal);
  writeFileSync(file, fresh);
  await own.confirm(20);
  const { published, came } = await own.finish();
  expect(came).toEqual(published);
  await deliver(200);
  figures({ username: "publisher", refusedMs, alerts: published.length });
  expect(refusedMs).toBeLessThan(statedMs);
});

/** Connections of our processes to the core servers, by their number and name. */
async function connections(): Promise<readonly string[]> {
  const names = new Set<string>(Object.values(rotatedUsers).flat());
  const each = region.layout.cores.map(async ({ monitor }) => {
    const response = await fetch(`http://127.0.0.1:${monitor}/connz?limit=1024`);
    const { connections: all } = (await response.json()) as {
      connections: { cid: number; name?: string }[];
    };
    return all.flatMap(({ cid, name = "" }) =>
      names.has(name) ? [`${monitor} ${cid} ${name}`] : [],
    );
  });
  return (await Promise.all(each)).flat();
}

it("the core servers' certificates: new connections see the new one, and none ends", async () => {
  await deliver(100);
  const { caFile, nats } = region.certificates;
  const shown = () =>
    Promise.all(region.layout.cores.map(({ client }) => servedCertificate(client, { caFile })));
  const issued = () => new X509Certificate(readFileSync(nats.certFile)).fingerprint256;
  const old = issued();
  expect(await shown()).toEqual(region.layout.cores.map(() => old));
  const before = await connections();
  expect(before.length).toBeGreaterThan(0);

  await issueCertificates(certificates, authority);
  const changedMs = performance.now();
  for (const [index] of region.layout.cores.entries()) {
    region.process(`core-${index + 1}`).kill("SIGHUP");
  }
  await eventually(shown, (now) => now.every((each) => each === issued()));
  const shownMs = Math.round(performance.now() - changedMs);
  await deliver(200);

  expect(issued()).not.toBe(old);
  expect(await connections()).toEqual(expect.arrayContaining([...before]));
  figures({ certificates: "core", shownMs });
  expect(shownMs).toBeLessThan(statedMs);
});

it("nothing was lost", async () => {
  const result = await load.finish(60_000);
  expect({ lost: result.lost, ...result.fleet }).toMatchObject({
    ...{ lost: 0, outOfOrder: 0, misdelivered: 0 },
  });
  expect(result.publisher.failed).toBe(0);
});
