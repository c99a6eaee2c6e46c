const intervalMs = 500;

/**
 * Calls at the same moments of the clock in every process, so that what two of them count can be
 * compared. Returns what ends it.
 */
export function reportRegularly(report: () => void): () => void {
  let timer: NodeJS.Timeout;
  const wait = () => {
    const untilNext = intervalMs - (Date.now() % intervalMs);
    // A timer may fire a little early: then the next moment is the one that was meant already.
    const skipped = untilNext < intervalMs / 2 ? intervalMs : 0;
    timer = setTimeout(() => {
      report();
      wait();
    }, untilNext + skipped);
  };
  wait();
  return () => clearTimeout(timer);
}
