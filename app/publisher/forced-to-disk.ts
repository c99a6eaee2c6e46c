import { closeSync, fsyncSync, openSync } from "node:fs";
import { open } from "node:fs/promises";

/** A new file of this text, on disk when it resolves. */
export async function writeForced(file: string, text: string): Promise<void> {
  const handle = await open(file, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    // On a full disk as well: a file that is open keeps its room even when it is removed.
    await handle.close();
  }
}

/** Otherwise a file that was made or renamed may be missing after the machine has lost its power. */
export function syncFolder(directory: string): void {
  const folder = openSync(directory, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
