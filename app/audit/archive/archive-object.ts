import { hash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { AuditKeyRing } from "../audit-key-ring.ts";
import type { AuditSigner } from "../audit-signer.ts";
import { exportLine, parseExportLine, type StoredRecord } from "../stored-record.ts";
import {
  type ArchiveHead,
  archiveHeadDigest,
  archiveHeadText,
  type SignedArchiveHead,
  SignedArchiveHeadSchema,
} from "./archive-head.ts";
import { type ArchivePlace, objectName, placeOf } from "./archive-name.ts";

/** What is wrong with an object of the archive. */
export class ArchiveObjectInvalid extends Error {
  override readonly name = "ArchiveObjectInvalid";
  readonly code: "unreadable" | "unsigned" | "misnamed" | "altered";

  constructor(code: ArchiveObjectInvalid["code"], reason: string) {
    super(reason);
    this.code = code;
  }
}

/** An object as it is put into the archive. */
export interface ArchiveObject {
  readonly name: string;
  readonly body: Uint8Array;
  readonly head: SignedArchiveHead;
  /** By what the next object names this one. */
  readonly digest: string;
}

/** A stream may be larger than memory, an object never is: more than this is none of ours. */
const unzippedLimit = 512 * 1024 * 1024;

/** @param records one after the other as the stream numbers them, at least one. */
export function archiveObject(
  records: readonly StoredRecord[],
  context: Pick<ArchiveHead, "region" | "stream" | "previous"> & { readonly signer: AuditSigner },
): ArchiveObject {
  const { signer, region, stream, previous } = context;
  const [first, last] = [records[0], records.at(-1)];
  if (!first || !last) throw new Error("an object of the archive has at least one record");
  const lines = Buffer.from(records.map((record) => `${exportLine(record)}\n`).join(""));
  const head: ArchiveHead = {
    ...{ region, stream, first: first.sequence, last: last.sequence, records: records.length },
    ...{ content: hash("sha256", lines), previous },
  };
  const signed = { ...head, signature: signer.signText(archiveHeadText(head)) };
  const headLine = Buffer.from(`${JSON.stringify({ archive: 1, ...signed })}\n`);
  return {
    name: objectName({ region, stream, first: first.sequence, storedAt: first.storedAt }),
    body: gzipSync(Buffer.concat([headLine, lines])),
    head: signed,
    digest: archiveHeadDigest(head),
  };
}

/** An object that was read and believed. */
export interface OpenedObject {
  readonly head: ArchiveHead;
  readonly digest: string;
  readonly records: readonly StoredRecord[];
}

/** @throws ArchiveObjectInvalid for one that the region's archive has not made, or not so. */
export function openObject(name: string, body: Uint8Array, keys: AuditKeyRing): OpenedObject {
  const bytes = unzipped(body);
  const end = bytes.indexOf(10);
  const signed = headIn(bytes.subarray(0, Math.max(0, end)));
  const { signature, ...head } = signed;
  if (!keys.believesArchive(archiveHeadText(head), signature)) {
    throw new ArchiveObjectInvalid("unsigned", "its head is not signed by this region's archive");
  }
  const place = placeOf(name);
  if (!place || !liesAt(head, place)) {
    const { region, stream, first } = head;
    throw new ArchiveObjectInvalid(
      "misnamed",
      `it holds records from ${first} on of stream ${stream} in ${region}`,
    );
  }
  const lines = bytes.subarray(end + 1);
  if (hash("sha256", lines) !== head.content) {
    throw new ArchiveObjectInvalid("altered", "its records are not what its head was signed for");
  }
  const records = recordsIn(lines);
  return { head, digest: archiveHeadDigest(head), records };
}

function unzipped(body: Uint8Array): Buffer {
  try {
    return gunzipSync(body, { maxOutputLength: unzippedLimit });
  } catch {
    throw new ArchiveObjectInvalid("unreadable", "it is cut off, or not gzip");
  }
}

function headIn(line: Buffer): SignedArchiveHead {
  try {
    const { archive: _, ...head } = SignedArchiveHeadSchema.parse(JSON.parse(line.toString()));
    return head;
  } catch {
    throw new ArchiveObjectInvalid("unreadable", "it has no head");
  }
}

const liesAt = (head: ArchiveHead, place: ArchivePlace) =>
  head.region === place.region && head.stream === place.stream && head.first === place.first;

function recordsIn(lines: Buffer): readonly StoredRecord[] {
  return lines
    .toString()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const record = parseExportLine(line);
      if (record) return record;
      throw new ArchiveObjectInvalid("altered", "it has a line that is no record");
    });
}
