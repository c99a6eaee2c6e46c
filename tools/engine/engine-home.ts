import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Folder in which one engine keeps its stacks, its own files and its cloud. */
export interface EngineHome {
  readonly directory: string;
  readonly backend: string;
  readonly cloudFile: string;
  /** Encrypts the secrets of all stacks of this folder. */
  readonly passphrase: string;
  /** The line of a stack file that belongs to the passphrase; undefined before the stack is made. */
  saltOf(stack: string): string | undefined;
  keepSalt(stack: string, line: string): void;
}

/** Opens the folder, or makes it with a new passphrase. */
export function openHome(directory: string): EngineHome {
  const backend = join(directory, "backend");
  mkdirSync(backend, { recursive: true, mode: 0o700 });
  const passphraseFile = join(directory, "passphrase");
  if (!existsSync(passphraseFile)) {
    writeFileSync(passphraseFile, randomBytes(24).toString("hex"), { mode: 0o600 });
  }
  const saltsFile = join(directory, "salts.json");
  const salts = new Map<string, string>(
    existsSync(saltsFile) ? JSON.parse(readFileSync(saltsFile, "utf8")) : [],
  );
  return {
    directory,
    backend,
    cloudFile: join(directory, "cloud.json"),
    passphrase: readFileSync(passphraseFile, "utf8"),
    saltOf: (stack) => salts.get(stack),
    keepSalt(stack, line) {
      salts.set(stack, line);
      writeFileSync(saltsFile, JSON.stringify([...salts]));
    },
  };
}
