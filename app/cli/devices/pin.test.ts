import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDeviceRegion } from "../../../test/support/device-region.ts";
import { createAuthority, issueCertificate } from "../../../test/support/local-region.ts";
import { sentinel } from "../sentinel.fixture.ts";

let devices: Awaited<ReturnType<typeof startDeviceRegion>>;
beforeAll(async () => {
  devices = await startDeviceRegion();
});
afterAll(() => devices?.stop());

const run = (args: readonly string[]) => sentinel(["devices", ...args], devices.settings);

describe("devices pin and unpin", () => {
  const fingerprint = "ab".repeat(32);
  const said = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(args);
    return `${code} ${stdout}${stderr}`;
  };
  const file = (name: string, text: string) => {
    const path = join(directory, name);
    writeFileSync(path, text);
    return path;
  };
  let directory: string;
  let own: string;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "sentinel-pins-"));
    const authority = await createAuthority("Device CA");
    const issued = await issueCertificate(authority, { subject: "CN=held", usages: ["client"] });
    own = file("held.pem", issued.certificate);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it("hold a device to one certificate, given as it is or by its fingerprint", async () => {
    expect((await run(["add", "held", "--certificate", own])).code).toBe(0);
    const first = (await devices.recordOf("held"))?.certificateFingerprint;
    expect(first).toMatch(/^[0-9a-f]{64}$/);
    expect(await said("pin", "held", "--certificate", own)).toBe(
      "0 held: was pinned to it before\n",
    );
    const printed = (fingerprint.toUpperCase().match(/../g) ?? []).join(":");

    expect(await said("pin", "held", "--fingerprint", printed)).toBe("0 held: pinned\n");

    expect(await devices.recordOf("held")).toMatchObject({ certificateFingerprint: fingerprint });
    expect((await run(["show", "held"])).stdout).toContain(
      `certificateFingerprint  ${fingerprint}`,
    );
    expect((await run(["export"])).stdout).toMatch(new RegExp(`^held,.*,${fingerprint},$`, "m"));
    expect(await said("unpin", "held")).toMatch(/^0 held: any certificate/);
    expect(await said("unpin", "held")).toMatch(/^0 held: was pinned to none/);
    expect(await devices.recordOf("held")).not.toHaveProperty("certificateFingerprint");
  });

  it("refuse what would shut a device out, or is no certificate", async () => {
    await run(["add", "other"]);
    const nonsense = file("nonsense.pem", "nonsense");

    expect(await said("pin", "other", "--certificate", own)).toMatch(
      /^1 .*held\.pem is a certificate of "held", not of other/,
    );
    expect(await said("pin", "other", "--certificate", nonsense)).toMatch(
      /^1 .*is not a certificate/,
    );
    expect(await said("pin", "other", "--certificate", "missing.pem")).toMatch(/^1 .*cannot read/);
    expect(await said("pin", "other")).toMatch(/^1 .*name the certificate by --certificate/);
    expect(await said("pin", "other", "--fingerprint", "ab")).toMatch(/64 hexadecimal digits/);
    expect(await said("add", "a", "b", "--certificate", own)).toMatch(/^1 .*name that one alone/);
    expect(await said("pin", "nobody", "--fingerprint", fingerprint)).toMatch(
      /^1 nobody: there is no/,
    );
    expect(await devices.recordOf("other")).not.toHaveProperty("certificateFingerprint");
  });
});
