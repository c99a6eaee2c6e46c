/**
 * The MQTT 5 user property in which a publisher signs an alert. MQTT 3.1.1 knows no properties: there,
 * no alert is signed.
 */
export const alertSignatureProperty = "sentinel-signature";

/** What becomes of alerts that are not signed as they should be: nothing, a finding, or they are held. */
export const signaturePolicies = ["off", "tag", "require"] as const;
export type SignaturePolicy = (typeof signaturePolicies)[number];

export const keyIdPattern = /^[A-Za-z0-9._-]{1,64}$/;
export const keyIdRule = "1 to 64 of A-Z, a-z, 0-9 and . _ -";
export const isKeyId = (text: string) => keyIdPattern.test(text);

/** Nothing longer is carried: the longest that can be right has 180 characters. */
const carried = /^[\x21-\x7e]{1,256}$/;
/** Stands for what was given twice, is too long, or is no text that a header may hold. */
const unreadable = "unreadable";

/**
 * A publisher's signature as INGRESS carries it, or undefined where there is none. Nothing of it is
 * believed here, only made harmless.
 */
export function carriedSignature(
  given: string | readonly string[] | undefined,
): string | undefined {
  if (given === undefined) return undefined;
  return typeof given === "string" && carried.test(given) ? given : unreadable;
}

/** What a publisher says about an alert, and proves. */
export interface AlertSignature {
  /** Id of the key, by which the registry has its public half. */
  readonly keyId: string;
  /** When it was signed, in whole milliseconds since 1970. */
  readonly signedMs: number;
  /** Ed25519, 64 bytes, over `signedBytes`. */
  readonly signature: Uint8Array;
}

const form = /^v1;kid=([A-Za-z0-9._-]{1,64});t=([1-9]\d{0,14});sig=([A-Za-z0-9_-]{86})$/;

export function signatureText({ keyId, signedMs, signature }: AlertSignature): string {
  return `v1;kid=${keyId};t=${signedMs};sig=${Buffer.from(signature).toString("base64url")}`;
}

/** Undefined for what is no signature of this form. */
export function parseSignature(text: string): AlertSignature | undefined {
  const [, keyId, signedMs, signature] = form.exec(text) ?? [];
  if (keyId === undefined || signedMs === undefined || signature === undefined) return undefined;
  return { keyId, signedMs: Number(signedMs), signature: Buffer.from(signature, "base64url") };
}

/** What a signature is about. */
export interface SignedAlert {
  /** At whose broker it is published: elsewhere nobody knows its id, and would take it for a new alert. */
  readonly region: string;
  readonly topic: string;
  /** What the publisher gave as `alert-id`. */
  readonly alertId: string;
  readonly keyId: string;
  readonly signedMs: number;
  /** SHA-256 of the payload, 64 small hexadecimal digits. */
  readonly payloadSha256: string;
}

/**
 * The bytes that are signed: seven lines. None of the fields can hold a line's end, so nothing can be
 * moved from one into another; the first line keeps the signature from meaning anything elsewhere.
 */
export function signedBytes(alert: SignedAlert): Buffer {
  const { region, topic, alertId, keyId, signedMs, payloadSha256 } = alert;
  const lines = ["sentinel-alert-v1", region, topic, alertId, keyId, signedMs, payloadSha256];
  return Buffer.from(`${lines.join("\n")}\n`);
}
