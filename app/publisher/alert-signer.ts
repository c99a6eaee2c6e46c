import { createPrivateKey, type KeyObject, sign } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import { isKeyId, keyIdRule, signatureText, signedBytes } from "../contract/alert-signature.ts";
import { payloadSha256 } from "../contract/message-id.ts";
import { regionLabelPattern, regionLabelRule } from "../contract/regions.ts";
import { topics } from "../contract/subjects.ts";
import type { JournaledAlert } from "./journal-line.ts";
import { PublisherError } from "./publisher-error.ts";

/** Gives what an alert is signed with when it is sent at that time, in milliseconds since 1970. */
export type AlertSigner = (
  alert: Pick<JournaledAlert, "clientId" | "id" | "payload">,
  nowMs: number,
) => string;

const wrong = (message: string, options?: ErrorOptions) =>
  new PublisherError("invalid-option", message, options);

/** Who could read it could sign in our place. */
const others = 0o077;

function readKey(path: string): KeyObject {
  let pem: string;
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    const { mode } = fstatSync(file);
    if ((mode & others) !== 0) {
      const found = (mode & 0o777).toString(8);
      throw wrong(`signingKey ${path} must be its owner's alone (mode 600), got ${found}`);
    }
    pem = readFileSync(file, "utf8");
  } catch (cause) {
    if (cause instanceof PublisherError) throw cause;
    throw wrong(`signingKey ${path} cannot be read: ${(cause as Error).message}`, { cause });
  } finally {
    if (file !== undefined) closeSync(file);
  }
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === "ed25519") return key;
  } catch {
    // What it says may quote the key.
  }
  throw wrong(`signingKey ${path} must be a private Ed25519 key in PEM form`);
}

/** With what a publisher signs. */
export interface Signing {
  /** File of the private key, Ed25519 in PEM form, readable by its owner alone. It is read once. */
  readonly path: string;
  readonly keyId: string;
  /** Whose broker it publishes at. */
  readonly region: string;
}

/** @throws PublisherError `invalid-option` */
export function createAlertSigner({ path, keyId, region }: Signing): AlertSigner {
  if (!isKeyId(keyId)) throw wrong(`keyId must be ${keyIdRule}, got ${JSON.stringify(keyId)}`);
  if (!regionLabelPattern.test(region)) {
    throw wrong(`region must be ${regionLabelRule}, got ${JSON.stringify(region)}`);
  }
  const key = readKey(path);
  return ({ clientId, id, payload }, nowMs) => {
    const signedMs = Math.floor(nowMs);
    const about = { region, topic: topics.alerts(clientId), alertId: id, keyId, signedMs };
    const bytes = signedBytes({ ...about, payloadSha256: payloadSha256(payload) });
    return signatureText({ keyId, signedMs, signature: sign(null, bytes, key) });
  };
}
