import { z } from "zod";
import { clientIdPattern, clientIdRule } from "../../contract/client-id.ts";
import { payloadLimitBytes } from "../../contract/limits.ts";
import { alertIdRule, isAlertId } from "../../contract/message-id.ts";
import { linesOf } from "../../shared/lines.ts";

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
  payload: z.union([z.string(), z.record(z.string(), z.unknown())], {
    error: "must be an object, or a text that is sent as it is",
  }),
  id: z.string().refine(isAlertId, `must be ${alertIdRule}`).optional(),
});

function parse(text: string): AlertLine | string {
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
  return { ...data, payload: typeof payload === "string" ? payload : JSON.stringify(payload) };
}

/** Reads JSON lines; empty ones are left out. */
export async function* alertLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<ReadLine> {
  let number = 0;
  for await (const { text } of linesOf(input, lineLimitBytes)) {
    number++;
    if (text?.trim() === "") continue;
    // A byte order mark at the beginning is no part of the first line.
    const parsed = text === undefined ? "is too long" : parse(text.replace(/^\uFEFF/, ""));
    yield typeof parsed === "string" ? { number, problem: parsed } : { number, alert: parsed };
  }
}
