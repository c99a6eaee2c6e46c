import { beforeAll, describe, expect, it } from "vitest";
import {
  certificatePem,
  createAuthority,
  issueCertificate,
  privateKeyPem,
} from "../local/authority.ts";
import { deviceCaFile, deviceCaMistake, deviceCaName } from "./device-ca.ts";
import { changed, committed, mistakesOf } from "./stack-files.fixture.ts";

let ca: string;
let nextCa: string;
let device: string;
let key: string;
beforeAll(async () => {
  const authority = await createAuthority("Device CA");
  ca = certificatePem(authority.certificate);
  key = await privateKeyPem(authority.privateKey);
  nextCa = certificatePem((await createAuthority("Next device CA")).certificate);
  const options = { subject: "CN=pump-7", usages: ["client"] } as const;
  device = (await issueCertificate(authority, options)).certificate;
});
const now = Date.now();
const inTwoYears = now + 2 * 365 * 86_400_000;

describe("certificates that edges are told to believe", () => {
  it("are those of one authority, or of two while one is renewed", () => {
    expect(deviceCaMistake(ca, now)).toBeUndefined();
    expect(deviceCaMistake(`# old\n${ca}# new\n${nextCa}`, now)).toBeUndefined();
  });

  it.each([
    ["nothing", () => "", /must be the certificate of an authority in PEM form/],
    ["a word", () => "certificate", /must be the certificate of an authority in PEM form/],
    ["a device's", () => ca + device, /one may not issue others \(certificate 2 of 2\)/],
    ["something broken", () => ca.replace(/[A-Za-z0-9+/]{20}/, "A"), /one cannot be read/],
    ["the key as well", () => ca + key, /must hold certificates only; it has a PRIVATE KEY$/],
  ])("are not %s", (_, pem, reason) => {
    expect(deviceCaMistake(pem(), now)).toMatch(reason);
  });

  it("are not those that have ended", () => {
    expect(deviceCaMistake(ca, inTwoYears)).toMatch(
      /one ended on 20\d\d-\d\d-\d\d \(certificate 1/,
    );
  });

  it("go into one file, without what stands between them", () => {
    const file = deviceCaFile(`# old\n${ca.trimEnd()}${nextCa}`);
    expect(file.match(/^-----BEGIN CERTIFICATE-----$/gm)).toHaveLength(2);
    expect(file).not.toContain("#");
    expect(deviceCaName(file)).toMatch(/^CN=Device CA \(\S+…\) and CN=Next device CA \(\S+…\)$/);
  });
});

describe("stack files in which devices use certificates", () => {
  const everywhere = (own: Record<string, unknown>, others = own) => ({
    "us-east": { ...committed["us-east"], ...own },
    "eu-west": { ...committed["eu-west"], ...others },
    "ap-south": { ...committed["ap-south"], ...others },
  });
  const certificate = { "sentinel:deviceAuth": "certificate" };

  it("name the authority, the same in all three", () => {
    const settings = { ...certificate, "sentinel:deviceCa": ca };
    expect(mistakesOf(everywhere(settings))).toEqual([]);
    expect(mistakesOf(everywhere(settings, { ...settings, "sentinel:deviceCa": nextCa }))).toEqual([
      expect.stringMatching(
        /deviceCa must be the same in all three; got us-east CN=Device CA .* eu-west CN=Next/,
      ),
    ]);
    expect(mistakesOf(changed("us-east", settings))).toEqual([
      expect.stringContaining("deviceAuth must be the same in all three; got us-east certificate"),
      expect.stringMatching(/deviceCa must be the same in all three; got .* eu-west none/),
    ]);
  });

  it("cannot do without it; with secrets it may be there, as long as both are asked for", () => {
    expect(mistakesOf(everywhere(certificate))).toContainEqual(
      expect.stringMatching(/us-east.yaml: sentinel:deviceCa must be set .*; it is not set$/),
    );
    expect(mistakesOf(everywhere({ "sentinel:deviceCa": ca }))).toEqual([]);
  });

  it("are refused without showing a key that was pasted by mistake", () => {
    const settings = { ...certificate, "sentinel:deviceCa": key };
    const [mistake, ...more] = mistakesOf({
      ...everywhere(certificate),
      "us-east": { ...committed["us-east"], ...settings },
    });
    expect(mistake).toMatch(
      /deviceCa must hold certificates only; it has a PRIVATE KEY; got "-----BEGIN PRIVATE KEY-----/,
    );
    expect(mistake).not.toContain(key.split("\n")[1]?.slice(0, 10));
    expect(more.join()).not.toContain("PRIVATE KEY-----");
  });
});
