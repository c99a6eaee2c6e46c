import { type FileHandle, open, rename, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { OperatorError, sentenceOf } from "../operator-error.ts";

/** Files with secrets in them: only their owner can read them. */
const ownerOnly = 0o600;

const isCode = (error: unknown, code: string) => (error as NodeJS.ErrnoException).code === code;

export const existsAlready = (path: string) =>
  new OperatorError(`cannot create ${path}: it exists already; choose another name`);

/** A new file. An existing one is never overwritten. */
export async function createOwn(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", ownerOnly);
  } catch (error) {
    if (isCode(error, "EEXIST")) throw existsAlready(path);
    throw new OperatorError(`cannot create ${path}: ${sentenceOf(error)}`);
  }
}

/**
 * Opens a file for what comes after its first `bytes`, and drops what is there already. Makes it
 * when nothing was in it yet. Its name is on disk when it resolves.
 */
export async function reopenOwn(path: string, bytes: number): Promise<FileHandle> {
  try {
    const file = await open(path, bytes === 0 ? "a" : "r+", ownerOnly);
    const { size } = await file.stat();
    if (size < bytes) {
      await file.close();
      throw new OperatorError("it is shorter than it was; put it back as it was");
    }
    await file.truncate(bytes);
    await file.close();
    await syncFolderOf(path);
    return await open(path, "a");
  } catch (error) {
    throw new OperatorError(`cannot go on with ${path}: ${sentenceOf(error)}`);
  }
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error) => {
      if (isCode(error, "ENOENT")) return false;
      throw new OperatorError(`cannot look at ${path}: ${sentenceOf(error)}`);
    },
  );
}

/** A file's own sync does not put its name on disk. */
async function syncFolderOf(path: string): Promise<void> {
  const folder = await open(dirname(path), "r");
  await folder.sync().finally(() => folder.close());
}

/** Replaces a file as a whole: whoever dies meanwhile leaves the old or the new one, and on disk. */
export async function replaceOwn(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  const file = await open(fresh, "w", ownerOnly);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(fresh, path);
  await syncFolderOf(path);
}
