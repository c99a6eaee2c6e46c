import { createHash, createPublicKey, generateKeyPairSync, verify } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createAlertSigner } from "./alert-signer.ts";
import { checkOptions } from "./checked-options.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-signer-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode });
  return path;
}

/** Secret and public key of RFC 8032, section 7.1, test 1; in PEM form as RFC 8410 has it. */
const rfc8032 = {
  secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
  public: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
};
const pem = `-----BEGIN PRIVATE KEY-----\n${Buffer.from(
  `302e020100300506032b657004220420${rfc8032.secret}`,
  "hex",
).toString("base64")}\n-----END PRIVATE KEY-----\n`;
const by = { keyId: "desk-1", region: "eu-west" };
const alert = { clientId: "pump-7", id: "4711", payload: Buffer.from('{"alarm":"door open"}') };

it("signs what the documentation says, so that anybody can do the same", () => {
  const text = createAlertSigner({ path: file("rfc.pem", pem), ...by })(alert, 1_800_000_000_000.9);
  const [, signature = ""] = /^v1;kid=desk-1;t=1800000000000;sig=(.{86})$/.exec(text) ?? [];
  const hash = createHash("sha256").update('{"alarm":"door open"}').digest("hex");
  const signed = `sentinel-alert-v1\neu-west\nclients/pump-7/alerts\n4711\ndesk-1\n1800000000000\n${hash}\n`;
  const x = Buffer.from(rfc8032.public, "hex").toString("base64url");
  const key = createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } });
  expect(verify(null, Buffer.from(signed), key, Buffer.from(signature, "base64url"))).toBe(true);
  // Ed25519 gives the same signature each time. The RFC's own example code gives this one, too.
  expect(signature).toBe(
    "estltuVkj8TpbwDb9Y3bqd0DxJbdEBapNr0Of5QNtZltddYKxYZKLq5cVzp3ZS7qXlO8nho_nIr_U-GBvX4HAQ",
  );
  const page = readFileSync(join(import.meta.dirname, "../../docs/signing.md"), "utf8");
  expect(page).toContain(`\n${text}\n`);
  expect(page).toContain(`\n${signed}`);
});

it("takes a key of its owner's alone, of the right kind, with an id", () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const other = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const open = file("open.pem", pem);
  chmodSync(open, 0o640);
  const refused = (path: string, other: Partial<typeof by> = {}) =>
    expect(() => createAlertSigner({ path, ...by, ...other }));
  refused(open).toThrow("must be its owner's alone (mode 600), got 640");
  refused(join(folder, "missing.pem")).toThrow("cannot be read: ENOENT");
  refused(file("other.pem", other)).toThrow("must be a private Ed25519 key in PEM form");
  const half = publicKey.export({ type: "spki", format: "pem" }).toString();
  refused(file("public.pem", half)).toThrow("must be a private Ed25519 key in PEM form");
  const good = file("good.pem", pem);
  refused(good, { keyId: "a b" }).toThrow("keyId must be 1 to 64 of A-Z, a-z, 0-9 and . _ -");
  refused(good, { region: "EU west" }).toThrow("region must be 1 to 40 of a-z, 0-9 and -");
});

it("never tells what is in a file that is no key", () => {
  const path = file("secret.pem", "hunter2");
  expect(() => createAlertSigner({ path, ...by })).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining("hunter2") }),
  );
});

it("needs key, id and region together", () => {
  const options = { url: "mqtts://broker.example", journal: "/tmp/journal" };
  const path = file("both.pem", pem);
  expect(checkOptions(options).sign).toBeUndefined();
  const whole = { ...options, signingKey: path, ...by };
  expect(checkOptions(whole).sign).toBeTypeOf("function");
  for (const missing of ["signingKey", "keyId", "region"]) {
    expect(() => checkOptions({ ...whole, [missing]: undefined })).toThrow(
      "must be given together",
    );
  }
});
