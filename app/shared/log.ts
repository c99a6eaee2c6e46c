import { type Logger, pino, stdSerializers, stdTimeFunctions } from "pino";
import { printableJson } from "./printable.ts";

export type { Logger } from "pino";

/** Of one text of a line: it may be a stranger's, and as long as he likes. */
const textLimit = 2_048;
/** More than a change of a thousand devices, which is logged where AUDIT does not take it. */
const lineLimit = 256 * 1024;
const depthLimit = 6;

function bounded(value: unknown, depth = 0): unknown {
  if (typeof value === "string") {
    return value.length > textLimit ? `${value.slice(0, textLimit - 1)}\u2026` : value;
  }
  if (depth === depthLimit || typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => bounded(each, depth + 1));
  // What has a form of its own in JSON keeps it: dates, buffers, errors.
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields = Object.entries(value).map(([name, each]) => [name, bounded(each, depth + 1)]);
  return Object.fromEntries(fields);
}

/** A line as it leaves: it means the same, and no character of it moves a cursor or hides. */
function written(line: string): string {
  const json = line.trimEnd();
  if (json.length <= lineLimit) return `${printableJson(json)}\n`;
  const cut = { level: "warn", cut: json.length, head: json.slice(0, textLimit) };
  return `${printableJson(JSON.stringify(cut))}\n`;
}

/** JSON lines on standard output. Anything that could be a secret is cut out by its key. */
export function createLog(process: string, level: string): Logger {
  return pino({
    level,
    base: { process },
    timestamp: stdTimeFunctions.isoTime,
    formatters: {
      level: (label) => ({ level: label }),
      log: (fields) => bounded(fields) as Record<string, unknown>,
    },
    serializers: { err: (error) => bounded({ ...stdSerializers.err(error) }) },
    hooks: { streamWrite: written },
    redact: {
      paths: ["password", "*.password", "secret", "*.secret", "*.*.secret"],
      censor: "[redacted]",
    },
  });
}
