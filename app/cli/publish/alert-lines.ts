import { z } from "zod";
import { clientIdPattern, clientIdRule } from "../../contract/client-id.ts";
import { payloadLimitBytes } from "../../contract/limits.ts";
import { alertIdRule, isAlertId } from "../../contract/message-id.ts";
import { byteLinesOf } from "../../shared/lines.ts";
import { valueTextOf } from "./value-text.ts";

/** What `sentinel publish` is told to publish. */
export interface AlertLine {
  readonly client: string;
  readonly payload: string;
  readonly id?: string | undefined;
}

export type ReadLine =
  | { readonly number: number; readonly alert: AlertLine }
  | { readonly number: number; readonly problem: string };

/** Each byte of a payload may be six in a JSON string. */
const lineLimitBytes = 6 * payloadLimitBytes + 1_024;

const schema = z.strictObject({
  client: z.string().regex(clientIdPattern, `must be ${clientIdRule}`),
  // Half a pair has no bytes that could be sent.
  payload: z.union(
    [
      z.string().refine((text) => text.isWellFormed(), "must have no half of a surrogate pair"),
      z.record(z.string(), z.unknown()),
    ],
    {
      error: "must be an object, or a text that is sent as it is",
    },
  ),
  id: z.string().refine(isAlertId, `must be ${alertIdRule}`).optional(),
});

/** It leaves byte order marks alone: `parse` drops the one that may be. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parse(bytes: Buffer): AlertLine | string | undefined {
  let text: string;
  try {
    // A byte order mark at the beginning is no part of the first line.
    text = utf8.decode(bytes).replace(/^\uFEFF/, "");
  } catch {
    return "is no UTF-8";
  }
  return text.trim() === "" ? undefined : parseText(text);
}

function parseText(text: string): AlertLine | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "is no JSON";
  }
  const { data, error } = schema.safeParse(value);
  if (!data) {
    const [issue] = error.issues;
    return `${issue?.path.join(".") || "it"}: ${issue?.message}`;
  }
  const { payload } = data;
  // Written anew it would be another one: of numbers, keys and their order not all survives being parsed.
  return { ...data, payload: typeof payload === "string" ? payload : valueTextOf(text, "payload") };
}

/** Reads JSON lines; empty ones are left out. */
export async function* alertLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<ReadLine> {
  let number = 0;
  for await (const { bytes } of byteLinesOf(input, lineLimitBytes)) {
    number++;
    const parsed = bytes ? parse(bytes) : "is too long";
    if (parsed === undefined) continue;
    yield typeof parsed === "string" ? { number, problem: parsed } : { number, alert: parsed };
  }
}
