import { z } from "zod";
import { canonicalJson } from "../shared/canonical-json.ts";

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
