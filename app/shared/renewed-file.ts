import { readFileSync } from "node:fs";

/**
 * What a file holds each time that it is asked for, because a credential may have been renewed. A
 * file that cannot be read at such a moment leaves what it held before.
 *
 * @throws Error when it cannot be read the first time.
 */
export function renewedFile(file: string): () => Buffer {
  let last = readFileSync(file);
  return () => {
    try {
      last = readFileSync(file);
    } catch {
      // A Secret's files are exchanged; the next login asks again.
    }
    return last;
  };
}

/** The same of a password, without the blanks around it. */
export function renewedPassword(file: string): () => string {
  const content = renewedFile(file);
  return () => content().toString("utf8").trim();
}
