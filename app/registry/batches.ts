import { setTimeout as pause } from "node:timers/promises";

/** Splits into runs of at most `size`, in order. */
export function chunksOf<T>(items: readonly T[], size: number): T[][] {
  const chunks: T[][] = [];
  for (let start = 0; start < items.length; start += size) {
    chunks.push(items.slice(start, start + size));
  }
  return chunks;
}

/**
 * Sends a batch request again for what it left unprocessed, with growing pauses: DynamoDB leaves
 * items out when it is throttled, without calling that an error.
 *
 * @param send takes the items still open, returns those it left.
 * @returns what is still open after the last attempt.
 */
export async function sendUnprocessed<T>(
  items: T[],
  options: { attempts: number; firstPauseMs: number },
  send: (items: T[]) => Promise<T[]>,
): Promise<T[]> {
  let open = items;
  for (let attempt = 1; ; attempt++) {
    open = await send(open);
    if (open.length === 0 || attempt === options.attempts) return open;
    // Half fixed, half random, or all replicas would come back at the same moment.
    const ceiling = options.firstPauseMs * 2 ** (attempt - 1);
    await pause(Math.min(2_000, ceiling * (0.5 + Math.random() / 2)));
  }
}

/** Runs a task for every item, at most `width` at the same time. Rejects with the first failure, when all that had begun has ended. */
export async function inParallel<T>(
  items: Iterable<T>,
  width: number,
  task: (item: T) => Promise<void>,
): Promise<void> {
  const open = items[Symbol.iterator]();
  let failed = false;
  const lane = async () => {
    for (let next = open.next(); !next.done && !failed; next = open.next()) {
      await task(next.value).catch((error) => {
        failed = true;
        throw error;
      });
    }
  };
  const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
  const failure = lanes.find((each) => each.status === "rejected");
  if (failure) throw failure.reason;
}
