/** Devices that prove themselves by certificates, on real servers. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { oldTlsRefusedCheck, tlsCheck } from "../../app/cli/doctor/tls-check.ts";
import { subjects } from "../../app/contract/subjects.ts";
import { readDeviceCertificate } from "../../app/registry/device-certificate.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Issued, IssueOptions } from "../../local/authority.ts";
import { type DeviceCa, ensureDeviceCa } from "../../local/device-ca.ts";
import type { Region } from "../../local/region.ts";
import { startAuthProcess } from "../support/auth-process.ts";
import { connectCertified, registerDevice } from "../support/clients.ts";
import { exampleFile, pythonWith, startExample } from "../support/device-example.ts";
import { devicesCommand } from "../support/devices-command.ts";
import { metricOf } from "../support/metric.ts";
import { connectAs, readAudit, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const soon = { timeout: 60_000, interval: 50 };
const notAuthorized = 5;

let directory: string;
let region: Region;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
let operator: NatsConnection;
let deviceCa: DeviceCa;
let otherCa: DeviceCa;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-other-ca-"));
  otherCa = await ensureDeviceCa(directory);
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  const gates = { reportGates: true };
  region = await startTestRegion({ edges: 1, ...none, ...gates, deviceAuth: "certificate" });
  if (!region.deviceCa) throw new Error("the region has no device CA");
  deviceCa = region.deviceCa;
  auth = await startAuthProcess(region, {
    DEVICE_AUTH: "certificate",
    CACHE_POSITIVE_SECONDS: "1",
    SWEEP_SECONDS: "7200",
  });
  operator = await connectAs(region, "operator");
});
afterAll(async () => {
  await operator?.close();
  await auth?.stop();
  await region?.stop();
  rmSync(directory, { recursive: true, force: true });
});

/** A device that is registered, and its certificate. */
async function newDevice(clientId: string, more?: Partial<IssueOptions>) {
  const secret = await registerDevice(region, clientId);
  return { clientId, secret, issued: await deviceCa.issue(clientId, more) };
}
const fingerprintOf = ({ certificate }: Issued) => readDeviceCertificate(certificate)?.fingerprint;

/** Admitted, the reason code of a CONNACK, or the alert that ended the handshake. */
async function login(shown: Issued | undefined, clientId: string, more = {}) {
  try {
    const { client } = await connectCertified(region, shown, { clientId, ...more });
    await client.endAsync(true);
    return "admitted";
  } catch (error) {
    return (error as { code: number | string }).code;
  }
}

interface AuditEvent {
  readonly status_detail?: string;
  readonly user: { readonly uid?: string };
  readonly certificate?: { readonly fingerprints: readonly { readonly value: string }[] };
}
async function audited(clientId: string): Promise<AuditEvent[]> {
  const events = await readAudit<AuditEvent>(operator, "audit.auth.>");
  return events.filter(({ user }) => user.uid === clientId);
}
const reasons = async (clientId: string) =>
  (await audited(clientId)).map((event) => event.status_detail ?? "ok");
const refusals = (code: string) =>
  metricOf(auth, "sentinel_auth_decisions_total", { outcome: "refuse", code });
const edgeLog = () => readFileSync(region.process("edge-1").logFile, "utf8");
const devices = (...args: string[]) => devicesCommand(region, ...args);

describe("a device with a certificate of the device CA", () => {
  it("is admitted without user and password, uses its own topics only, and is in the audit", async () => {
    const { clientId, issued } = await newDevice("certified");
    const { client } = await connectCertified(region, issued, { clientId });

    const [granted] = await client.subscribeAsync("clients/certified/alerts");
    const other = client.subscribeAsync("clients/other/alerts");

    expect(granted?.qos).toBe(0);
    await expect(other).rejects.toMatchObject({ packet: { granted: [128] } });
    await client.endAsync();
    await expect.poll(() => reasons(clientId), soon).toEqual(["ok"]);
    const [event] = await audited(clientId);
    expect(event?.certificate).toMatchObject({
      subject: "CN=certified",
      issuer: "CN=MQTT Sentinel local device CA",
      fingerprints: [{ algorithm_id: 3, value: fingerprintOf(issued) }],
    });
  });

  it.each([
    ["its id", "named", { username: "named", password: "any" }],
    ["what AWS's SDKs say by default", "sdk", { username: "?SDK=NodeJSv2&Version=1.22.0" }],
    ["another's id", "misnamed", { username: "named" }],
  ])("may give %s as user name: it says nothing", async (_, clientId, more) => {
    const { issued } = await newDevice(clientId);
    expect(await login(issued, clientId, more)).toBe("admitted");
    await expect.poll(() => reasons(clientId), soon).toEqual(["ok"]);
  });

  it("may run AWS's IoT Device SDK, as the example for it does", async () => {
    const script = join(import.meta.dirname, "../../tools/bootstrap-aws-iot.sh");
    const { status, stdout, stderr } = spawnSync(script, { encoding: "utf8" });
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    const { clientId, issued } = await newDevice("example-aws");
    const [CERT_FILE, KEY_FILE] = [join(directory, "aws.pem"), join(directory, "aws.key")];
    writeFileSync(CERT_FILE, issued.certificate);
    writeFileSync(KEY_FILE, issued.key);
    await devices("suspend", clientId);
    const device = startExample(region, [pythonWith("aws-iot"), exampleFile("device_aws.py")], {
      ...{ DEVICE_ID: clientId, CERT_FILE, KEY_FILE },
    });

    // Refused, it tries again until it is admitted.
    await expect.poll(device.said, soon).toContain("refused");
    await devices("resume", clientId);
    await expect.poll(device.said, soon).toContain("subscribed");
    const inspector = await connectAs(region, "inspector");
    inspector.publish(subjects.delivery(clientId), "door open");
    await inspector.close();

    await expect.poll(device.said, soon).toContain("alert: door open");
    const reader = await connectAs(region, "report-inspector");
    const reports = async () =>
      (await readStream(reader, "REPORT_INGRESS", `ingress.*.device.${clientId}`)).map(
        ({ payload }) => payload,
      );
    await expect.poll(reports, soon).toEqual(['{"reading":21.5}']);
    await reader.close();
    await device.stop();
  });

  it("is known by it when it resumes a TLS session, too", async () => {
    const { clientId, issued } = await newDevice("resuming");
    const { client } = await connectCertified(region, issued, { clientId });
    // The server's ticket came before the answer to CONNECT. MQTT.js hands it on without knowing it.
    const options = { clientId, session: (client.stream as TLSSocket).getSession() };
    await client.endAsync(true);

    const { client: again } = await connectCertified(region, issued, options);

    expect((again.stream as TLSSocket).isSessionReused()).toBe(true);
    await again.endAsync(true);
    await expect.poll(() => reasons(clientId), soon).toEqual(["ok", "ok"]);
  });

  it("is disconnected when the certificate ends, whatever the length of sessions", async () => {
    const notAfter = new Date(Date.now() + 5_000);
    const { clientId, issued } = await newDevice("ending", { notAfter });
    const { client } = await connectCertified(region, issued, { clientId });
    let ended = false;
    client.on("close", () => {
      ended = true;
    });

    await expect.poll(() => ended, soon).toBe(true);
    expect(await login(issued, clientId)).not.toBe("admitted");
  });
});

describe("a device is refused, recorded and counted", () => {
  it("as another device, whatever its user name", async () => {
    const { issued } = await newDevice("mismatched");
    const { clientId } = await newDevice("someone-else");
    const before = await refusals("certificate-mismatch");

    expect(await login(issued, clientId, { username: clientId })).toBe(notAuthorized);

    await expect.poll(() => reasons(clientId), soon).toEqual(["certificate-mismatch"]);
    expect(await refusals("certificate-mismatch")).toBe(before + 1);
  });

  it("when its certificate names two", async () => {
    const { clientId, issued } = await newDevice("double", { subject: "CN=double,CN=pump-8" });

    expect(await login(issued, clientId)).toBe(notAuthorized);
    await expect.poll(() => reasons(clientId), soon).toEqual(["certificate-mismatch"]);
  });

  it("when nobody has registered it", async () => {
    expect(await login(await deviceCa.issue("unheard-of"), "unheard-of")).toBe(notAuthorized);
    await expect.poll(() => reasons("unheard-of"), soon).toEqual(["unknown-client"]);
  });

  it.each(["suspend", "revoke"])("after %s, which also ends its session", async (how) => {
    const { clientId, issued } = await newDevice(`to-${how}`);
    const { client } = await connectCertified(region, issued, { clientId });
    let ended = false;
    client.on("close", () => {
      ended = true;
    });

    await devices(how, clientId, ...(how === "revoke" ? ["--yes"] : []));

    await expect.poll(() => ended, soon).toBe(true);
    expect(await login(issued, clientId)).toBe(notAuthorized);
    await expect.poll(() => reasons(clientId), soon).toEqual(["ok", "inactive"]);
  });

  it("when it is pinned to another certificate of its name", async () => {
    const { clientId, issued: old } = await newDevice("renewed");
    const renewed = await deviceCa.issue(clientId);
    const { client } = await connectCertified(region, old, { clientId });
    let ended = false;
    client.on("close", () => {
      ended = true;
    });

    await devices("pin", clientId, "--fingerprint", fingerprintOf(renewed) ?? "");

    await expect.poll(() => ended, soon).toBe(true);
    expect(await login(old, clientId)).toBe(notAuthorized);
    expect(await login(renewed, clientId)).toBe("admitted");
    // A refusal is recorded beside what is admitted meanwhile.
    const recorded = async () => (await reasons(clientId)).toSorted();
    await expect.poll(recorded, soon).toEqual(["certificate-unpinned", "ok", "ok"]);

    await devices("unpin", clientId);
    await expect.poll(() => login(old, clientId), soon).toBe("admitted");
  });
});

it("sentinel doctor, which has no certificate, can still look at the edge's TLS", async () => {
  const [url = ""] = region.endpoints.edgeUrls;
  const edge = { name: "edge", url, caFile: region.certificates.caFile };
  const checked = tlsCheck({ ...edge, minVersion: "TLSv1.3", advice: "" }).run();

  await expect(checked).resolves.toMatch(/^TLSv1\.3, certificate ends in/);
  await expect(oldTlsRefusedCheck(edge).run()).resolves.toBe("refused");
});

describe("the edge ends the handshake of a device", () => {
  const internal = (): Issued => ({
    certificate: readFileSync(region.certificates.nats.certFile, "utf8"),
    key: readFileSync(region.certificates.nats.keyFile, "utf8"),
  });
  const past = () => ({
    notBefore: new Date(Date.now() - 86_400_000),
    notAfter: new Date(Date.now() - 60_000),
  });

  it.each([
    ["without a certificate", () => undefined, "client didn't provide a certificate"],
    ["with one of another authority", () => otherCa.issue("turned-away"), "unknown authority"],
    ["with one of a server of ours", internal, "signed by unknown authority (CN=nats"],
    ["with one that has ended", () => deviceCa.issue("turned-away", past()), "has expired"],
    [
      "with one for servers only",
      () => deviceCa.issue("turned-away", { usages: ["server"] }),
      "incompatible key usage",
    ],
  ])("%s, and says why in its log", async (_, show, reason) => {
    const secret = await registerDevice(region, "turned-away").catch(() => "");
    const before = edgeLog().length;

    const more = { username: "turned-away", password: secret };
    // An alert of TLS, or the end of the connection where that comes first.
    expect(await login(await show(), "turned-away", more)).toMatch(/^(ERR_SSL|ECONNRESET|EPIPE)/);

    await expect.poll(() => edgeLog().slice(before), soon).toContain(reason);
    expect(await reasons("turned-away")).toEqual([]);
  });
});
