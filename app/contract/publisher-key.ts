import { createPublicKey, type KeyObject } from "node:crypto";
import { z } from "zod";
import { keyIdPattern } from "./alert-signature.ts";

/** Who publishes: a name that an operator chooses. */
export const publisherNamePattern = /^[A-Za-z0-9._-]{1,64}$/;
export const publisherNameRule = "1 to 64 of A-Z, a-z, 0-9 and . _ -";

/** Keys of all publishers together that have not ended. */
export const publisherKeyLimit = 100;
/** Of those that have, so many are kept whole, so that what was signed with them is told by its name. */
export const endedKeyLimit = 100;

const time = z.int().nonnegative().max(253_402_300_799_999);

/** By what alerts of a publisher are believed. Times are milliseconds since 1970. */
export const PublisherKeySchema = z.strictObject({
  keyId: z.string().regex(keyIdPattern),
  publisher: z.string().regex(publisherNamePattern),
  /** The 32 bytes of an Ed25519 public key, base64url. */
  publicKey: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** Alerts that were signed before this are not its own. */
  notBefore: time,
  /** Nor those that were signed then or later. Absent: no end is planned. */
  notAfter: time.optional(),
  /** From then on it counts for nothing, whenever an alert was signed. */
  revokedAt: time.optional(),
});
export type PublisherKey = z.infer<typeof PublisherKeySchema>;

export const PublisherKeysSchema = z
  .array(PublisherKeySchema)
  .max(publisherKeyLimit + endedKeyLimit)
  .refine((keys) => new Set(keys.map(({ keyId }) => keyId)).size === keys.length);

/** What an inspector tells of what it knows already. */
export const KeysRequestSchema = z.object({ version: z.string().max(64).optional() });

/** What auth answers: without keys where they are those of the version that was asked with. */
export const KeysAnswerSchema = z.object({
  version: z.string().max(64),
  keys: PublisherKeysSchema.optional(),
});
export type KeysAnswer = z.infer<typeof KeysAnswerSchema>;

/** @throws for bytes that are no point of the curve. */
export const publisherKeyObject = ({ publicKey }: Pick<PublisherKey, "publicKey">): KeyObject =>
  createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x: publicKey } });

/** The form in which keys are kept. */
export const publicKeyText = (key: KeyObject): string => key.export({ format: "jwk" }).x ?? "";
