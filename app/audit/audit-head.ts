import { z } from "zod";

/** Where a writer's chain stood: one of its records, which all before it are chained to. */
export interface AuditHead {
  readonly writer: string;
  readonly sequence: number;
  /** Of the record, in milliseconds since 1970. */
  readonly time: number;
  /** Of the record: SHA-256, hexadecimal. */
  readonly digest: string;
}

/** The same with the writer's word on it, `<key id>.<signature in base64url>`. */
export interface SignedHead extends AuditHead {
  readonly signature: string;
}

/** What is signed. The first line keeps a signature from meaning anything elsewhere. */
export const headText = ({ writer, sequence, time, digest }: AuditHead): Buffer =>
  Buffer.from(`sentinel audit head 1\n${writer}\n${sequence}\n${time}\n${digest}`);

export const signaturePattern = /^([0-9a-f]{16})\.([A-Za-z0-9_-]{86})$/;

export const SignedHeadSchema = z.object({
  writer: z.string().regex(/^[a-z0-9-]{1,64}$/),
  sequence: z.int().nonnegative(),
  time: z.int().nonnegative(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  signature: z.string().regex(signaturePattern),
});

/** Heads of others that one record tells of at most. */
export const headLimit = 64;

const HeadsSchema = z.object({
  unmapped: z.object({ heads: z.array(SignedHeadSchema).max(headLimit) }),
});

/** The heads of other writers that an event tells of. */
export function headsIn(event: unknown): readonly SignedHead[] {
  return HeadsSchema.safeParse(event).data?.unmapped.heads ?? [];
}
