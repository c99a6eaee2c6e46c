import type { ImportProgress } from "../../registry/import/device-import.ts";
import type { CommandContext } from "../command-context.ts";

export interface ProgressOptions {
  /** Bytes of the input; undefined when nobody knows. */
  readonly totalBytes: number | undefined;
  /** Where this run began, which is not the beginning when an import is resumed. */
  readonly start: ImportProgress;
}

/** `3 min 20 s`; nothing finer is known anyway. */
export function roughly(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} min`;
}

/** How far it is, how fast it goes, and how long that will take. */
export function progressText(
  current: ImportProgress,
  seconds: number,
  { totalBytes, start }: ProgressOptions,
): string {
  const rate = (current.rows - start.rows) / Math.max(0.001, seconds);
  const parts = [
    `${current.rows} rows`,
    `${current.stored} stored`,
    `${current.rejected} rejected`,
    `${Math.round(rate)} rows/s`,
  ];
  const done = current.position.end - start.position.end;
  if (totalBytes !== undefined && done > 0 && current.position.end < totalBytes) {
    const percent = Math.floor((current.position.end / totalBytes) * 100);
    const left = ((totalBytes - current.position.end) / done) * seconds;
    parts.push(`${percent} %`, `${roughly(left)} left`);
  }
  return parts.join(", ");
}

/** Progress on standard error: one line that is rewritten on a terminal, else one every few seconds. */
export function reportProgress({ messages }: CommandContext, options: ProgressOptions) {
  const started = performance.now();
  let current = options.start;
  const text = () => progressText(current, (performance.now() - started) / 1000, options);
  const timer = setInterval(() => messages.draw(text()), messages.terminal ? 250 : 5_000);
  return {
    update: (progress: ImportProgress) => {
      current = progress;
    },
    note: (line: string) => messages.line(line),
    end: () => messages.line(`done: ${text()}`),
    stop: () => {
      clearInterval(timer);
      messages.erase();
    },
  };
}
