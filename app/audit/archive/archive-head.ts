import { hash } from "node:crypto";
import { z } from "zod";
import { signaturePattern } from "../audit-head.ts";

/** What an object of the archive says of itself, in its first line. */
export interface ArchiveHead {
  readonly region: string;
  /** When the stream was made, see `streamNameOf`: a later AUDIT counts from 1 again. */
  readonly stream: string;
  /** Sequences of its first and last record in the stream. */
  readonly first: number;
  readonly last: number;
  /** How many there are: as many as from the first to the last. */
  readonly records: number;
  /** Of the lines of the records: SHA-256, hexadecimal. */
  readonly content: string;
  /** Digest of the object before; the very first one has none. */
  readonly previous?: string | undefined;
}

/** The same with the archive's word on it, `<key id>.<signature in base64url>`. */
export interface SignedArchiveHead extends ArchiveHead {
  readonly signature: string;
}

const digest = z.string().regex(/^[0-9a-f]{64}$/);

export const SignedArchiveHeadSchema = z.strictObject({
  archive: z.literal(1),
  region: z.string().regex(/^[a-z0-9-]{1,40}$/),
  stream: z.string().regex(/^\d{8}T\d{9}Z$/),
  first: z.int().positive(),
  last: z.int().positive(),
  records: z.int().positive(),
  content: digest,
  previous: digest.optional(),
  signature: z.string().regex(signaturePattern),
});

/** What is signed. The first line keeps a signature from meaning anything elsewhere. */
export function archiveHeadText(head: ArchiveHead): Buffer {
  const { region, stream, first, last, records, content, previous = "" } = head;
  return Buffer.from(
    ["sentinel audit archive 1", region, stream, first, last, records, content, previous].join(
      "\n",
    ),
  );
}

/** By what the next object names this one. */
export const archiveHeadDigest = (head: ArchiveHead): string =>
  hash("sha256", archiveHeadText(head));
