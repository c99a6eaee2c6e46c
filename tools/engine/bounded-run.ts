import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineRun, Outcome } from "./engine.ts";
import { linesOfGrowing } from "./growing-file.ts";
import { Progress } from "./progress.ts";

export interface Bounds {
  /** How long nothing may begin or end. */
  readonly stillMs: number;
  /** How often `say` hears how far it is. */
  readonly sayMs: number;
  readonly say: (line: string) => void;
}

const lookMs = 2_000;

/**
 * A run of the engine that tells how far it is, and is ended when nothing moves any more.
 *
 * @param what the beginning of each line, such as `us-east: up`.
 * @throws Error that names what stands still.
 */
export async function boundedRun(
  { what, run, bounds }: { what: string; run: EngineRun; bounds: Bounds },
  operate: (run: EngineRun) => Promise<Outcome>,
): Promise<Outcome> {
  const { stillMs, sayMs, say } = bounds;
  const folder = mkdtempSync(join(tmpdir(), "sentinel-watched-"));
  const eventLog = join(folder, "events.json");
  const begunMs = Date.now();
  const progress = new Progress(begunMs);
  const lines = linesOfGrowing(eventLog);
  const abort = new AbortController();
  let saidMs = begunMs;
  const look = () => {
    const nowMs = Date.now();
    for (const line of lines()) progress.take(line, nowMs);
    if (nowMs - progress.movedAtMs > stillMs) {
      const still = `nothing has moved for ${stillMs / 1000} s`;
      abort.abort(new Error(`${what}: ${still}; ${progress.describe(nowMs)}`));
    } else if (nowMs - saidMs > sayMs) {
      saidMs = nowMs;
      say(`${what} … ${progress.describe(nowMs)}`);
    }
  };
  const timer = setInterval(
    () => {
      try {
        look();
      } catch (error) {
        abort.abort(error);
      }
    },
    Math.min(lookMs, stillMs),
  );
  try {
    const outcome = await operate({ ...run, eventLog, signal: abort.signal });
    const seconds = Math.round((Date.now() - begunMs) / 1000);
    say(`${what}, ${outcome.ok ? "done" : "refused"} after ${seconds} s`);
    return outcome;
  } finally {
    clearInterval(timer);
    rmSync(folder, { recursive: true, force: true });
  }
}
