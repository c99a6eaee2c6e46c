import { unwatchFile, watchFile } from "node:fs";

const everyMs = 1_000;

/**
 * Calls back when one of the files may hold something else. Looks once a second instead of being
 * told, since the files of a Kubernetes Secret are links that are exchanged, not written.
 *
 * @returns ends it.
 */
export function followFiles(files: readonly string[], changed: () => void): () => void {
  for (const file of files) watchFile(file, { interval: everyMs, persistent: false }, changed);
  return () => {
    for (const file of files) unwatchFile(file, changed);
  };
}
