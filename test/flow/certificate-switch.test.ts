/** The states between secrets and certificates that a fleet passes when it is switched over. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DeviceAuth } from "../../app/contract/device.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Issued } from "../../local/authority.ts";
import { type DeviceCa, ensureDeviceCa } from "../../local/device-ca.ts";
import type { Region } from "../../local/region.ts";
import { startAuthProcess } from "../support/auth-process.ts";
import { connectCertified, registerDevice } from "../support/clients.ts";
import { connectAs, readAudit } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const soon = { timeout: 60_000, interval: 50 };
const notAuthorized = 5;

let region: Region;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
let operator: NatsConnection;

async function start(edges: DeviceAuth, deviceAuth: DeviceAuth): Promise<void> {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ edges: 1, ...none, deviceAuth: edges });
  auth = await startAuthProcess(region, { DEVICE_AUTH: deviceAuth });
  operator = await connectAs(region, "operator");
}
async function stop(): Promise<void> {
  await operator?.close();
  await auth?.stop();
  await region?.stop();
}

async function login(shown: Issued | undefined, clientId: string, password: string) {
  try {
    const more = { clientId, username: clientId, password };
    const { client } = await connectCertified(region, shown, more);
    await client.endAsync(true);
    return "admitted";
  } catch (error) {
    return (error as { code: number | string }).code;
  }
}
async function reasons(clientId: string): Promise<string[]> {
  const events = await readAudit<{ status_detail?: string }>(operator, `audit.auth.${clientId}`);
  return events.map((event) => event.status_detail ?? "ok");
}

describe("while edges ask for a certificate and auth for the secret", () => {
  beforeAll(() => start("certificate", "secret"));
  afterAll(stop);

  it("a device needs both", async () => {
    const secret = await registerDevice(region, "both");
    const issued = await region.deviceCa?.issue("both");

    expect(await login(issued, "both", secret)).toBe("admitted");
    expect(await login(issued, "both", "a-wrong-secret")).toBe(notAuthorized);
    expect(await login(undefined, "both", secret)).toMatch(/^(ERR_SSL|ECONNRESET|EPIPE)/);
    await expect.poll(() => reasons("both"), soon).toEqual(["ok", "bad-secret"]);
  });
});

describe("at edges that ask for no certificate", () => {
  let directory: string;
  let deviceCa: DeviceCa;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "sentinel-device-ca-"));
    deviceCa = await ensureDeviceCa(directory);
    await start("secret", "secret");
  });
  afterAll(async () => {
    await stop();
    rmSync(directory, { recursive: true, force: true });
  });

  it("a device that has one needs its secret all the same, and no other one is in its way", async () => {
    const secret = await registerDevice(region, "early");

    expect(await login(await deviceCa.issue("early"), "early", "none-at-all")).toBe(notAuthorized);
    expect(await login(await deviceCa.issue("another"), "early", secret)).toBe("admitted");
    await expect.poll(() => reasons("early"), soon).toEqual(["bad-secret", "ok"]);
  });

  it("nobody is admitted by an auth that wants certificates, which says that it is the edge's doing", async () => {
    await auth.stop();
    auth = await startAuthProcess(region, { DEVICE_AUTH: "certificate" });
    const secret = await registerDevice(region, "late");

    expect(await login(await deviceCa.issue("late"), "late", secret)).toBe(notAuthorized);
    await expect
      .poll(async () => (await fetch(`${auth.url}/metrics`)).text(), soon)
      .toMatch(/^sentinel_auth_decisions_total\{.*code="certificate-missing".*\} 1$/m);
  });
});
