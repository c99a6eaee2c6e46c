import { z } from "zod";
import { headers } from "../contract/headers.ts";
import { canonicalJson } from "../shared/canonical-json.ts";
import type { StoredMessage } from "../shared/stored-messages.ts";

/** A message of AUDIT, as it is stored. */
export interface StoredRecord {
  /** In the stream. */
  readonly sequence: number;
  /** When the server stored it, in milliseconds since 1970. */
  readonly storedAt: number;
  readonly subject: string;
  readonly body: string;
  /** The writer's, as the message's header carries it; undefined when it has none. */
  readonly signature?: string | undefined;
}

/** Whether two records of one number are the same. */
export const sameRecord = (a: StoredRecord, b: StoredRecord): boolean =>
  a.subject === b.subject &&
  a.body === b.body &&
  a.signature === b.signature &&
  a.storedAt === b.storedAt;

const utf8 = new TextDecoder();

/** A message of AUDIT as the audit sees it: times in whole milliseconds. */
export function storedRecord(message: StoredMessage): StoredRecord {
  const { sequence, storedAt, subject, data } = message;
  return {
    ...{ sequence, storedAt: Math.trunc(storedAt), subject, body: utf8.decode(data) },
    signature: message.headers.get(headers.signature) || undefined,
  };
}

/** The event of a body in its canonical form; undefined for what no writer of ours wrote. */
export function eventIn(body: string): unknown {
  try {
    const event: unknown = JSON.parse(body);
    return canonicalJson(event) === body ? event : undefined;
  } catch {
    // Not JSON, or so deep that the stack ends.
    return undefined;
  }
}

/** One line of an export: the event as it is, or, when it is none of ours, the body as text. */
export function exportLine(record: StoredRecord): string {
  const { sequence, storedAt, subject, body, signature } = record;
  const stored = new Date(storedAt).toISOString();
  const head = JSON.stringify({ sequence, stored, subject, signature });
  // The canonical body is JSON on one line already.
  const rest = eventIn(body) === undefined ? `"body":${JSON.stringify(body)}` : `"event":${body}`;
  return `${head.slice(0, -1)},${rest}}`;
}

const LineSchema = z.object({
  sequence: z.int().positive(),
  stored: z.iso.datetime(),
  subject: z.string(),
  signature: z.string().optional(),
  event: z.unknown().optional(),
  body: z.string().optional(),
});

/** The record of an exported line, whatever tool has written it anew; undefined when it is none. */
export function parseExportLine(line: string): StoredRecord | undefined {
  try {
    const parsed = LineSchema.parse(JSON.parse(line));
    const { sequence, stored, subject, event, signature } = parsed;
    const body = parsed.body ?? (event === undefined ? undefined : canonicalJson(event));
    if (body === undefined) return undefined;
    return { sequence, storedAt: Date.parse(stored), subject, body, signature };
  } catch {
    return undefined;
  }
}
