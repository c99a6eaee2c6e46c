import { createHash } from "node:crypto";
import { z } from "zod";
import type { MissedAlerts, Place } from "./missed-alerts.ts";

/** What a device may ask: everything after the last alert that it has, which it names, or from a time on. */
const RequestSchema = z.union([
  z.strictObject({ last: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ since: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)) }),
]);
export type ResumeRequest = z.infer<typeof RequestSchema>;

export const refusals = ["malformed", "busy", "unknown-alert", "not-kept"] as const;
export type Refusal = (typeof refusals)[number];

const texts: Readonly<Record<Refusal, string>> = {
  malformed: 'Ask with {"last":"<SHA-256 of the last alert, in hex>"} or {"since":"<ISO 8601>"}.',
  busy: "Ask again later.",
  "unknown-alert": "No alert with that hash is kept.",
  "not-kept": "Alerts of that time are no longer kept.",
};

/** Undefined for what is no request. */
export function readRequest(json: Uint8Array): ResumeRequest | undefined {
  try {
    return RequestSchema.safeParse(JSON.parse(Buffer.from(json).toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

const message = (content: object) =>
  Buffer.from(JSON.stringify({ sentinel: "resume", ...content }));
export const refused = (reason: Refusal) => message({ refused: reason, text: texts[reason] });
/** After the last one: so many came, and what comes from here on comes by itself. */
export const resumed = (alerts: number) => message({ complete: true, alerts });

const digest = (payload: Uint8Array) => createHash("sha256").update(payload).digest("hex");

export interface Found {
  readonly places: ReadonlyMap<MissedAlerts, Place>;
  /** When it was stored, in milliseconds since 1970. */
  readonly storedAt: number;
}

/** Where to go on behind the newest alert with this hash; undefined when there is none. */
export async function findLast(
  sources: readonly MissedAlerts[],
  clientId: string,
  hash: string,
): Promise<Found | undefined> {
  let found: { source: MissedAlerts; sequence: number; storedAt: number } | undefined;
  for (const source of sources) {
    for await (const alerts of source.from(clientId, { sequence: 1 })) {
      const match = alerts.findLast(({ data }) => digest(data) === hash);
      if (match && match.storedAt >= (found?.storedAt ?? 0)) {
        found = { source, sequence: match.sequence, storedAt: match.storedAt };
      }
    }
  }
  if (!found) return undefined;
  const { source, sequence, storedAt } = found;
  const places = new Map<MissedAlerts, Place>(
    sources.map((each) => [each, each.placeAt(storedAt)]),
  );
  return { places: places.set(source, { sequence: sequence + 1 }), storedAt };
}
