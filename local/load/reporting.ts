const intervalMs = 500;

/**
 * Calls at the same moments of the clock in every process, so that what two of them count can be
 * compared. Returns what ends it.
 */
export function reportRegularly(report: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    timer = setTimeout(
      () => {
        report();
        wait();
      },
      intervalMs - (Date.now() % intervalMs),
    );
  };
  wait();
  return () => clearTimeout(timer);
}
