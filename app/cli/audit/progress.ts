import type { Messages } from "../output.ts";

const everyMs = 2_000;

/** Says on standard error how far it is, for what takes longer than a moment. */
export function countRecords(messages: Messages) {
  let records = 0;
  const started = performance.now();
  const text = () => {
    const rate = Math.round(records / Math.max(0.001, (performance.now() - started) / 1000));
    return `${records} records, ${rate} a second`;
  };
  const timer = setInterval(() => messages.line(text()), everyMs).unref();
  return {
    add: () => {
      records++;
    },
    stop: () => clearInterval(timer),
    text,
  };
}
