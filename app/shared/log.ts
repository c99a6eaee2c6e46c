import { type Logger, pino, stdTimeFunctions } from "pino";

export type { Logger } from "pino";

/** JSON lines on standard output. Anything that could be a secret is cut out by its key. */
export function createLog(process: string, level: string): Logger {
  return pino({
    level,
    base: { process },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ["password", "*.password", "secret", "*.secret", "*.*.secret"],
      censor: "[redacted]",
    },
  });
}
