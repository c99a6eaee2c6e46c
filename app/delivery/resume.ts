import { createHash } from "node:crypto";
import { z } from "zod";
import type { AlertSource, Place } from "./missed-alerts.ts";

/** What a device may ask: everything after the last alert that it has, which it names, or from a time on. */
const RequestSchema = z.union([
  z.strictObject({ last: z.string().regex(/^[0-9a-f]{64}$/) }),
  z.strictObject({ since: z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)) }),
]);
export type ResumeRequest = z.infer<typeof RequestSchema>;

export const refusals = ["malformed", "busy", "unknown-alert", "not-kept", "not-yet"] as const;
export type Refusal = (typeof refusals)[number];

const texts: Readonly<Record<Refusal, string>> = {
  malformed: 'Ask with {"last":"<SHA-256 of the last alert, in hex>"} or {"since":"<ISO 8601>"}.',
  busy: "Ask again later.",
  "unknown-alert": "No alert with that hash is kept.",
  "not-kept": "Alerts of that time are no longer kept.",
  "not-yet": "That time has not come yet.",
};

/** The clock of a device may be ahead by that. */
const aheadMs = 60_000;

/** A time is never later than now: what is yet to come has reached nobody. */
export function readRequest(
  json: Uint8Array,
  nowMs: number,
): ResumeRequest | Extract<Refusal, "malformed" | "not-yet"> {
  const request = parsed(json);
  if (!request) return "malformed";
  if ("last" in request) return request;
  if (request.since > nowMs + aheadMs) return "not-yet";
  return { since: Math.min(request.since, nowMs) };
}

function parsed(json: Uint8Array): ResumeRequest | undefined {
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

/** Where to go on, in each source. */
export type Places = ReadonlyMap<AlertSource, Place>;

export const placesAt = (sources: readonly AlertSource[], since: number): Places =>
  new Map(sources.map((each) => [each, each.placeAt(since)]));

export interface FindRequest {
  readonly sources: readonly AlertSource[];
  readonly clientId: string;
  readonly hash: string;
  /** What was stored before has reached the device, in milliseconds since 1970. */
  readonly since: number;
  /** Runs each reading. */
  readonly inTurn: <T>(read: () => Promise<T>) => Promise<T>;
  /** Ends it while it waits for the index. */
  readonly signal: AbortSignal;
}

/**
 * Where to go on behind the last alert that a device has, by its hash; undefined when there is none.
 *
 * Several alerts may have one payload. Of those that are not known to have reached the device it is
 * the first, so that what is between them is sent, and perhaps once more. Only when there is none, it is
 * the last one of those before: by what is known the device has later ones, but it says itself what it has.
 */
export async function findLast(request: FindRequest): Promise<Places | undefined> {
  const { since } = request;
  const first = await find(request, since, "first");
  return first ?? (since > 0 ? find(request, 0, "last") : undefined);
}

interface Match {
  readonly source: AlertSource;
  readonly sequence: number;
  readonly storedAt: number;
}

async function find(
  request: FindRequest,
  since: number,
  which: "first" | "last",
): Promise<Places | undefined> {
  let found: Match | undefined;
  for (const source of request.sources) {
    const match = await matchIn(source, request, { since, which });
    if (!match) continue;
    const isEarlier = found === undefined || match.storedAt < found.storedAt;
    if (found === undefined || isEarlier === (which === "first")) found = match;
  }
  if (!found) return undefined;
  const places = new Map(placesAt(request.sources, found.storedAt));
  return places.set(found.source, { sequence: found.sequence + 1 });
}

async function matchIn(
  source: AlertSource,
  { clientId, hash, inTurn, signal }: FindRequest,
  { since, which }: { readonly since: number; readonly which: "first" | "last" },
): Promise<Match | undefined> {
  let place = source.placeAt(since);
  let found: Match | undefined;
  for (;;) {
    const from = place;
    const reading = await inTurn(() => source.read(clientId, from));
    if (!reading) {
      await source.whenAtHand(from, signal);
      continue;
    }
    const { alerts, more, next } = reading;
    const isIt = ({ data }: { readonly data: Uint8Array }) => digest(data) === hash;
    const match = which === "first" ? alerts.find(isIt) : alerts.findLast(isIt);
    if (match) found = { source, sequence: match.sequence, storedAt: match.storedAt };
    if ((found && which === "first") || !more) return found;
    place = next;
  }
}
