import { statSync } from "node:fs";

const everyMs = 1_000;

/** What tells one state of a file from another; of one that is not there, nothing. */
function stateOf(file: string): string {
  try {
    const { ino, mtimeMs, size } = statSync(file);
    return `${ino} ${mtimeMs} ${size}`;
  } catch {
    return "";
  }
}

/**
 * Calls back when one of the files may hold something else than at the call. Looks once a second
 * instead of being told, since the files of a Kubernetes Secret are links that are exchanged, not
 * written.
 *
 * @returns ends it.
 */
export function followFiles(files: readonly string[], changed: () => void): () => void {
  const look = () => files.map(stateOf).join();
  let seen = look();
  const timer = setInterval(() => {
    const now = look();
    if (now === seen) return;
    seen = now;
    changed();
  }, everyMs).unref();
  return () => clearInterval(timer);
}
