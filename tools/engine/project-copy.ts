import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";

/** New values of keys in `Pulumi.<stack>.yaml`, per stack; `undefined` removes the key. */
export type SettingsEdits = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface ProjectCopy {
  readonly directory: string;
  /** Stack file of this copy. */
  stackFile(stack: string): string;
  remove(): void;
}

const notLinked = new Set([".git", ".local"]);
const isStackFile = (name: string) => /^Pulumi(\..+)?\.yaml$/.test(name);

/**
 * A folder that runs as the project in `root` does, with stack files of its own: everything else is
 * a link. Node resolves links, so sources and packages are loaded from where they really are.
 */
export function copyProject(root: string, edits: SettingsEdits = {}): ProjectCopy {
  const directory = mkdtempSync(join(tmpdir(), "sentinel-engine-"));
  for (const name of readdirSync(root)) {
    if (isStackFile(name)) cpSync(join(root, name), join(directory, name));
    else if (!notLinked.has(name)) symlinkSync(resolve(root, name), join(directory, name));
  }
  const stackFile = (stack: string) => join(directory, `Pulumi.${stack}.yaml`);
  for (const [stack, values] of Object.entries(edits)) {
    const document = parseDocument(readFileSync(stackFile(stack), "utf8"));
    for (const [key, value] of Object.entries(values)) {
      if (value === undefined) document.deleteIn(["config", key]);
      else document.setIn(["config", key], value);
    }
    writeFileSync(stackFile(stack), document.toString());
  }
  return {
    directory,
    stackFile,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}

/** The line by which a stack file remembers how its secrets are encrypted. */
export function saltOf(stackFile: string): string | undefined {
  return /^encryptionsalt: .*$/m.exec(readFileSync(stackFile, "utf8"))?.[0];
}

export function addSalt(stackFile: string, salt: string): void {
  const content = readFileSync(stackFile, "utf8").replace(/^encryptionsalt: .*\n?/m, "");
  writeFileSync(stackFile, `${salt}\n${content}`);
}
