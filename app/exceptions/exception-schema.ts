import { z } from "zod";
import { isOwnActor } from "../contract/api-actor.ts";
import {
  clientScopePattern,
  exceptionEndings,
  exceptionKinds,
  isExceptionId,
  reasonLimit,
  ruleIdPattern,
} from "../contract/exception.ts";
import { origins } from "../contract/subjects.ts";
import { labelPattern } from "../registry/device-record.ts";
import type { Exception } from "./exception.ts";

const asked = {
  kind: z.enum(exceptionKinds),
  scope: z.object({
    rule: z.string().regex(ruleIdPattern),
    client: z.string().regex(clientScopePattern).exactOptional(),
    label: z.string().regex(labelPattern).exactOptional(),
    origin: z.enum(origins).exactOptional(),
  }),
  reason: z.string().min(1).max(reasonLimit),
  critical: z.boolean(),
  expiresAt: z.int(),
};
const id = z.string().refine(isExceptionId);
const actor = z.string().min(1).max(200);

const stored = z.object({
  ...asked,
  id,
  region: z.string(),
  addedBy: z.string(),
  addedAt: z.int(),
  findings: z.int().nonnegative(),
  lastMatched: z.int().exactOptional(),
  end: z.object({ at: z.int(), by: z.string(), why: z.enum(exceptionEndings) }).exactOptional(),
});

const change = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("add"), id, actor, exception: z.object(asked) }),
  z.object({ kind: z.literal("end"), id, actor }),
]);

/** What a person asks of the aggregator. The id of a new one is chosen by who asks, so that it may be asked again. */
export type ExceptionChange = z.infer<typeof change>;

const utf8 = new TextDecoder();

/** Undefined for what is none of ours. */
export const parseException = (body: Uint8Array): Exception | undefined =>
  stored.safeParse(parseJson(body)).data;

/** The same of a request, and for one whose asker speaks for somebody else's people. */
export function parseExceptionChange(
  subject: string,
  body: Uint8Array,
): ExceptionChange | undefined {
  const read = change.safeParse(parseJson(body)).data;
  return read && isOwnActor(subject.split(".").at(-1), read.actor) ? read : undefined;
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(utf8.decode(body));
  } catch {
    return undefined;
  }
}
