import { z } from "zod";
import { isClientId } from "../contract/client-id.ts";
import {
  type EnforcementMode,
  enforcementModes,
  liftReasonLimit,
} from "../contract/enforcement.ts";
import { parseJson } from "../contract/parse-json.ts";
import { subjects } from "../contract/subjects.ts";

const time = z.int().nonnegative();
const text = z.string().min(1).max(200);

const schema = z.object({
  id: z.string().min(1).max(100),
  clientId: z.string().refine(isClientId),
  region: z.string(),
  mode: z.enum(enforcementModes),
  incident: z.string().max(100).exactOptional(),
  risk: z.number().nonnegative(),
  sinceMs: time,
  untilMs: time,
  lifted: z
    .object({ by: text, reason: z.string().max(liftReasonLimit), atMs: time })
    .exactOptional(),
});

/**
 * A device that policy keeps out of all regions for a while; with mode `observe` one that it would keep
 * out. Times are milliseconds since 1970.
 */
export interface Bar {
  /** Of the decision: it is made once, however often it is asked for. */
  readonly id: string;
  readonly clientId: string;
  /** That decided. */
  readonly region: string;
  readonly mode: EnforcementMode;
  /** For which it was made, where there is one that goes on. */
  readonly incident?: string;
  /** How much was held against the device. */
  readonly risk: number;
  readonly sinceMs: number;
  readonly untilMs: number;
  /** A person ended it before its time. */
  readonly lifted?: { readonly by: string; readonly reason: string; readonly atMs: number };
}

/** What the aggregator asks for. For how long, and whether at all, is not its to say. */
export type BarRequest = Pick<Bar, "id" | "clientId" | "incident" | "risk">;

const requestSchema = schema.pick({ id: true, clientId: true, incident: true, risk: true });

const liftSchema = z.object({
  clientId: z.string().refine(isClientId),
  /** Who lifts it, as the audit calls them. */
  actor: text,
  reason: z.string().min(1).max(liftReasonLimit),
});
export type LiftRequest = z.infer<typeof liftSchema>;

export const isInForce = ({ untilMs, lifted }: Bar, nowMs: number) =>
  lifted === undefined && nowMs < untilMs;

/** Of two of a device the later counts, whichever region it is of. */
export const stampOf = ({ sinceMs, lifted }: Bar) => lifted?.atMs ?? sinceMs;

export const subjectOfBar = ({ clientId, mode }: Pick<Bar, "clientId" | "mode">) =>
  mode === "enforce" ? subjects.bar(clientId) : subjects.observedBar(clientId);

/** Undefined for what is no bar of the device that its subject names. */
export function parseStoredBar(subject: string, body: Uint8Array): Bar | undefined {
  const bar = schema.safeParse(parseJson(body)).data;
  return bar && subjectOfBar(bar) === subject ? bar : undefined;
}

export const parseBar = (value: unknown): Bar | undefined => schema.safeParse(value).data;
export const parseBarRequest = (body: Uint8Array): BarRequest | undefined =>
  requestSchema.safeParse(parseJson(body)).data;
export const parseLiftRequest = (body: Uint8Array): LiftRequest | undefined =>
  liftSchema.safeParse(parseJson(body)).data;
