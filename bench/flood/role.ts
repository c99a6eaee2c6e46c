import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A process of devices or publishers, apart from the one that measures. */
export interface Role<Result> {
  /** For one that says when it is ready. */
  readonly ready: () => Promise<void>;
  /** For one that waits for a word, to begin or to stop. */
  readonly go: () => void;
  /** What it found, when it ends. */
  readonly result: (limitMs: number) => Promise<Result>;
}

export function startRole<Orders extends object, Result>(
  file: string,
  orders: Orders,
): Role<Result> {
  const child: ChildProcess = fork(join(import.meta.dirname, file), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // A session of its own, in which it may come last.
    detached: true,
  });
  const found = new Promise<Result>((resolve, reject) => {
    child.on("message", (message) => {
      if (typeof message === "object") resolve(message as Result);
    });
    child.on("exit", (code) => reject(new Error(`${file} ended with ${code} and told nothing`)));
  });
  found.catch(() => {});
  child.send(orders);
  return {
    ready: async () => {
      await once(child, "message", { signal: AbortSignal.timeout(30_000) });
    },
    result: (limitMs) => {
      const late = new Promise<never>((_, reject) => {
        const error = new Error(`${file} has told nothing after ${limitMs} ms`);
        setTimeout(() => reject(error), limitMs).unref();
      });
      return Promise.race([found, late]);
    },
    go: () => child.send("go"),
  };
}
