import { createHash } from "node:crypto";
import { z } from "zod";
import { keyIdPattern } from "../contract/alert-signature.ts";
import type { PublisherKey } from "../contract/publisher-key.ts";

/** So many fit into one item of DynamoDB (400 KB), beside the keys that are kept whole. */
export const buriedKeyLimit = 2_000;

/** What is never forgotten of a key: neither it nor its id may come back. */
const BuriedKeySchema = z.strictObject({
  keyId: z.string().regex(keyIdPattern),
  /** Of the 32 bytes, base64url. */
  hash: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  /** When it ended, or was revoked, in milliseconds since 1970. */
  endedAt: z.int().nonnegative(),
  revoked: z.literal(true).optional(),
});
export type BuriedKey = z.infer<typeof BuriedKeySchema>;

export const BuriedKeysSchema = z.array(BuriedKeySchema).max(buriedKeyLimit);

export const keyHashOf = ({ publicKey }: Pick<PublisherKey, "publicKey">): string =>
  createHash("sha256").update(Buffer.from(publicKey, "base64url")).digest("base64url");

export const buriedKey = (key: PublisherKey, endedAt: number): BuriedKey => ({
  keyId: key.keyId,
  hash: keyHashOf(key),
  endedAt,
  ...(key.revokedAt !== undefined && { revoked: true }),
});
