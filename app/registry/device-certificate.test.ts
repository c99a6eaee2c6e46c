import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assert, property, string, uint8Array } from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import {
  type Authority,
  createAuthority,
  issueCertificate,
} from "../../test/support/local-region.ts";
import { isFingerprint, plainFingerprint, readDeviceCertificate } from "./device-certificate.ts";

let authority: Authority;
beforeAll(async () => {
  authority = await createAuthority("Device CA");
});
const issue = async (subject: string, notAfter?: Date) => {
  const more = notAfter ? { notAfter } : {};
  return (await issueCertificate(authority, { subject, usages: ["client"], ...more })).certificate;
};

describe("a device's certificate", () => {
  it("is read with what the audit says of it", async () => {
    const notAfter = new Date("2031-05-06T07:08:09Z");
    expect(readDeviceCertificate(await issue("CN=pump-7,O=Maker", notAfter))).toEqual({
      commonName: "pump-7",
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      subject: "CN=pump-7\nO=Maker",
      issuer: "CN=Device CA",
      serialNumber: expect.stringMatching(/^[0-9A-F]+$/),
      notAfter: notAfter.getTime(),
    });
  });

  it("has the fingerprint that openssl prints", async () => {
    const directory = mkdtempSync(join(tmpdir(), "fingerprint-"));
    const file = join(directory, "device.pem");
    const pem = await issue("CN=pump-7");
    writeFileSync(file, pem);
    const printed = execFileSync("openssl", [
      "x509",
      "-in",
      file,
      "-noout",
      "-fingerprint",
      "-sha256",
    ]);
    rmSync(directory, { recursive: true, force: true });

    const fingerprint = plainFingerprint(printed.toString().split("=")[1] ?? "");

    expect(isFingerprint(fingerprint)).toBe(true);
    expect(readDeviceCertificate(pem)?.fingerprint).toBe(fingerprint);
  });

  it.each([
    ["none", "O=Maker", undefined],
    ["two", "CN=pump-7,CN=pump-8", undefined],
    ["two in one part", "CN=pump-7+CN=pump-8", undefined],
    ["one beside another value", "CN=pump-7+O=Maker", "pump-7"],
    ["one after others", "C=NO,O=Maker,CN=pump-7", "pump-7"],
    [
      "one with a line end in it",
      "CN=pump-7\\0ACN\\=pump-8",
      expect.not.stringMatching(/^pump-7$/),
    ],
    ["one with a plus in it", "CN=pump-7 \\+ CN\\=pump-8", expect.not.stringMatching(/^pump-7$/)],
  ])("with common names: %s", async (_, subject, name) => {
    expect(readDeviceCertificate(await issue(subject))?.commonName).toEqual(name);
  });

  it("is none for whatever else it is", async () => {
    const pem = await issue("CN=pump-7");
    const broken = pem.replace(/[A-Za-z]{8}\n/, "AAAAAAAA\n");
    assert(
      property(string({ unit: "binary" }), uint8Array(), (text, bytes) => {
        const body = Buffer.from(bytes).toString("base64");
        const wrapped = `-----BEGIN CERTIFICATE-----\n${body}\n-----END CERTIFICATE-----\n`;
        for (const each of [text, wrapped]) expect(readDeviceCertificate(each)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
    expect(() => readDeviceCertificate(broken)).not.toThrow();
  });
});

it.each([
  ["ab".repeat(32), true],
  ["AB:".repeat(31).concat("ab"), true],
  [` ${"ab".repeat(32)}\n`, true],
  ["ab".repeat(31), false],
  ["ag".repeat(32), false],
  ["", false],
])("%j is a fingerprint: %s", (text, is) => {
  expect(isFingerprint(plainFingerprint(text))).toBe(is);
});
