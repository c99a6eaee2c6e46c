import { headers } from "../../contract/headers.ts";
import { printable } from "../../shared/printable.ts";
import {
  clientOf,
  deadLetterTopic,
  recordOf,
  type TailMessage,
  type TailTopic,
} from "./tail-topics.ts";

export const toneFormats = {
  plain: "reset",
  good: "green",
  notice: "yellow",
  bad: "red",
} as const;
export type Tone = keyof typeof toneFormats;

export interface TailLine {
  readonly tone: Tone;
  readonly text: string;
}

const labels: Record<TailTopic, string> = {
  alerts: "alert",
  findings: "finding",
  auth: "auth",
  quarantine: "quarantine",
  "dead-letters": "dead letter",
};
const labelWidth = 12;
const clientWidth = 24;
const detailLimit = 160;

/** One message as one aligned line. Everything of a stranger's is made harmless to the terminal. */
export function tailLine(message: TailMessage): TailLine {
  const { tone, detail } = describe(message);
  const time = new Date(message.at).toISOString().slice(11, 23);
  const client = printable(clientOf(message), clientWidth).padEnd(clientWidth);
  const text = `${time}  ${labels[message.topic].padEnd(labelWidth)}${client}  ${printable(detail, detailLimit)}`;
  return { tone, text: text.trimEnd() };
}

function describe(message: TailMessage): { tone: Tone; detail: string } {
  switch (message.topic) {
    case "alerts": {
      const findings = message.headers.get(headers.findings);
      const tag = findings ? `[${findings}] ` : "";
      return { tone: findings ? "notice" : "plain", detail: `${tag}${message.payload}` };
    }
    case "quarantine": {
      const why = message.headers.get(headers.findings) ?? message.headers.get(headers.reason);
      return { tone: "bad", detail: `[${why ?? "no reason given"}] ${message.payload}` };
    }
    case "dead-letters": {
      const [, stage, reason] = message.subject.split(".");
      const topic = deadLetterTopic(message) ?? "unknown topic";
      return {
        tone: "bad",
        detail: `${reason} at ${stage}: ${topic}, ${message.payload.length} bytes`,
      };
    }
    case "auth":
      return describeAuth(recordOf(message.payload) ?? {});
    case "findings":
      return describeFinding(recordOf(message.payload) ?? {}, message);
  }
}

const textAt = (record: unknown, ...path: string[]): string | undefined => {
  let value: unknown = record;
  for (const key of path) value = (value as Record<string, unknown> | undefined | null)?.[key];
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
};

function describeAuth(event: Record<string, unknown>): { tone: Tone; detail: string } {
  const from = textAt(event, "src_endpoint", "ip");
  const at = textAt(event, "dst_endpoint", "name");
  const where = `${from ? ` from ${from}` : ""}${at ? ` at ${at}` : ""}`;
  if (event["status_id"] === 1) return { tone: "good", detail: `admitted${where}` };
  const count = textAt(event, "count");
  const times = count ? ` ${count} times` : "";
  return {
    tone: "bad",
    detail: `refused${times}: ${textAt(event, "status_detail") ?? "?"}${where}`,
  };
}

function describeFinding(
  event: Record<string, unknown>,
  message: TailMessage,
): { tone: Tone; detail: string } {
  const severity = textAt(event, "severity") ?? "";
  const title =
    textAt(event, "finding_info", "title") ?? textAt(event, "message") ?? message.payload;
  const verdict = message.headers.get(headers.verdict);
  const tone = /high|critical|fatal/i.test(severity) ? "bad" : "notice";
  return { tone, detail: [severity.toLowerCase(), verdict, title].filter(Boolean).join("  ") };
}

/** One message as one JSON object, the payload parsed where it is JSON. */
export function tailJson(message: TailMessage): string {
  let payload: unknown = message.payload;
  try {
    payload = JSON.parse(message.payload);
  } catch {
    // It stays the text that it is.
  }
  const { topic, stream, subject, sequence, at } = message;
  const time = new Date(at).toISOString();
  const all = Object.fromEntries(message.headers);
  return JSON.stringify({
    topic,
    time,
    client: clientOf(message),
    stream,
    subject,
    sequence,
    headers: all,
    payload,
  });
}
