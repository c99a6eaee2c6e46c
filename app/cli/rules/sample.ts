import { isUtf8 } from "node:buffer";
import { type Origin, origins } from "../../inspector/patterns/rule.ts";

/** One message to be judged by the rules. */
export interface Sample {
  readonly payload: Uint8Array;
  readonly origin: Origin;
  readonly topic: string | undefined;
  /** The device that published it. */
  readonly client: string | undefined;
  readonly qos: number | undefined;
  /** What it is told apart by in the totals. */
  readonly label: string | undefined;
  readonly id: string | undefined;
}

/** The line is no sample; the message says what to do. */
export class SampleInvalid extends Error {
  override readonly name = "SampleInvalid";
}

/**
 * Reads one line: `{"text": …}` or `{"base64": …}`, with `origin`, `topic`, `client`, `qos`, `label` and `id` if wanted.
 *
 * Bytes that are no UTF-8 reach the rules as they are: what a broken device sends is to be judged.
 *
 * @throws SampleInvalid
 */
export function parseSample(line: Uint8Array, origin: Origin): Sample {
  const encoding = isUtf8(line) ? "utf8" : "latin1";
  const written = Buffer.from(line.buffer, line.byteOffset, line.length).toString(encoding);
  const value = parseObject(written.replace(/^\uFEFF/, ""));
  return {
    payload: payloadOf(value, encoding),
    origin: originOf(value["origin"] ?? origin),
    topic: textOf(value, "topic"),
    client: textOf(value, "client"),
    qos: qosOf(value["qos"]),
    label: textOf(value, "label"),
    id: idOf(value["id"]),
  };
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SampleInvalid('no JSON; write {"text": "…"} on one line, or use --as lines');
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  throw new SampleInvalid('no JSON object; write {"text": "…"}');
}

function payloadOf(value: Record<string, unknown>, encoding: "utf8" | "latin1"): Uint8Array {
  const { text, base64 } = value;
  if ((text === undefined) === (base64 === undefined)) {
    throw new SampleInvalid('give either "text" or "base64"');
  }
  if (typeof text === "string") {
    // An escape may stand for more than a byte, which Latin-1 has no room for.
    const fits = encoding === "latin1" && /^[\0-\xff]*$/.test(text);
    return Buffer.from(text, fits ? "latin1" : "utf8");
  }
  if (typeof base64 === "string" && /^[\w+/-]*={0,2}$/.test(base64)) {
    return Buffer.from(base64, "base64");
  }
  throw new SampleInvalid(
    text === undefined ? '"base64" is no Base64 text' : '"text" is no text; quote it',
  );
}

function originOf(value: unknown): Origin {
  const origin = origins.find((known) => known === value);
  if (origin) return origin;
  throw new SampleInvalid(`"origin" is none of ${origins.join(", ")}`);
}

function qosOf(qos: unknown): number | undefined {
  if (qos === undefined) return undefined;
  if (typeof qos === "number" && [0, 1, 2].includes(qos)) return qos;
  throw new SampleInvalid('"qos" is none of 0, 1, 2');
}

function idOf(id: unknown): string | undefined {
  if (id === undefined || typeof id === "string") return id;
  if (typeof id === "number") return String(id);
  throw new SampleInvalid('"id" is neither text nor a number; quote it');
}

function textOf(value: Record<string, unknown>, key: string): string | undefined {
  const text = value[key];
  if (text === undefined || typeof text === "string") return text;
  throw new SampleInvalid(`"${key}" is no text; quote it`);
}
