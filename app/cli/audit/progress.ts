const everyMs = 2_000;

/** Says on standard error how far it is, for what takes longer than a moment. */
export function countRecords(messages: NodeJS.WriteStream) {
  let records = 0;
  const started = performance.now();
  const text = () => {
    const rate = Math.round(records / Math.max(0.001, (performance.now() - started) / 1000));
    return `${records} records, ${rate} a second`;
  };
  const timer = setInterval(() => messages.write(`${text()}\n`), everyMs).unref();
  return {
    add: () => {
      records++;
    },
    stop: () => clearInterval(timer),
    text,
  };
}
