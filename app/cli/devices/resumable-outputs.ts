import { unlink } from "node:fs/promises";
import { type ImportProgress, importStart } from "../../registry/import/device-import.ts";
import { OperatorError } from "../operator-error.ts";
import { type Checkpoint, plannedOf, readCheckpoint, writeCheckpoint } from "./checkpoint.ts";
import type { FileState } from "./import-input.ts";
import {
  append,
  type OpenOutputs,
  rejectLine,
  rejectsHead,
  secretLines,
  secretsHead,
} from "./import-outputs.ts";
import { exists, existsAlready, reopenOwn } from "./own-file.ts";

/** What an import must be called with again to go on. */
export type ImportIdentity = Checkpoint["arguments"];

export interface ResumableOutputs extends OpenOutputs {
  readonly start: ImportProgress;
  readonly startedAt: number;
}

export interface ResumableArguments {
  readonly checkpoint: string;
  readonly resume: boolean;
  readonly identity: ImportIdentity;
  readonly input: FileState;
}

/**
 * The outputs of an import that may die at any moment and be resumed. Of each slice:
 *
 * 1. The checkpoint is on disk, with the secrets that the devices are about to get.
 * 2. The devices are stored.
 * 3. The secrets of those that were stored, and the rejected rows, are on disk in their files.
 *
 * The next slice's checkpoint ends it. Whoever dies in 2 or 3 finds the secrets in the checkpoint:
 * the files are cut back to what the checkpoint knows, and the slice is written again with the same
 * secrets. So the secrets file never holds a secret that is not stored, and no stored one is lost.
 */
export async function openResumable(options: ResumableArguments): Promise<ResumableOutputs> {
  const { checkpoint: path, identity } = options;
  const checkpoint = options.resume ? await continued(options) : await begun(options);
  const { arguments: _, planned: __, format: ___, ...state } = checkpoint;
  let current = { arguments: identity, ...state };
  const secrets = await reopenOwn(identity.secretsOut, current.secretsBytes);
  const rejects = await reopenOwn(identity.rejects, current.rejectsBytes);
  return {
    start: checkpoint.progress,
    startedAt: checkpoint.startedAt,
    planned: plannedOf(checkpoint),
    begin: (planned) => writeCheckpoint(path, current, planned),
    commit: async ({ stored, rejected, progress }) => {
      const newSecrets = secretLines(stored).map((line) => `${line}\n`);
      const newRejects = rejected.map(rejectLine);
      const secretsText = withHead(secretsHead, newSecrets, current.secretsBytes);
      const rejectsText = withHead(rejectsHead, newRejects, current.rejectsBytes);
      await append(secrets, secretsText);
      await append(rejects, rejectsText);
      current = {
        ...current,
        progress,
        secretsBytes: current.secretsBytes + Buffer.byteLength(secretsText),
        rejectsBytes: current.rejectsBytes + Buffer.byteLength(rejectsText),
      };
    },
    finish: () => unlink(path),
    close: async () => {
      await Promise.all([secrets.close(), rejects.close()]);
    },
  };
}

const withHead = (head: string, lines: readonly string[], bytes: number) =>
  lines.length === 0 ? "" : `${bytes === 0 ? head : ""}${lines.join("")}`;

/** An import that has not done anything yet. */
async function begun({ checkpoint: path, identity, input }: ResumableArguments) {
  if (await exists(path)) {
    throw new OperatorError(
      `the checkpoint ${path} exists already; go on with --resume, or choose another name`,
    );
  }
  for (const output of [identity.secretsOut, identity.rejects]) {
    if (await exists(output)) throw existsAlready(output);
  }
  const state = {
    arguments: identity,
    input,
    startedAt: Date.now(),
    progress: importStart,
    secretsBytes: 0,
    rejectsBytes: 0,
  };
  await writeCheckpoint(path, state, []);
  return { format: "sentinel-import-1", ...state, planned: [] } satisfies Checkpoint;
}

async function continued({ checkpoint: path, identity, input }: ResumableArguments) {
  const checkpoint = await readCheckpoint(path);
  const wrong = Object.entries(identity).find(
    ([name, value]) => checkpoint.arguments[name as keyof ImportIdentity] !== value,
  );
  if (wrong) {
    const was = checkpoint.arguments[wrong[0] as keyof ImportIdentity];
    throw new OperatorError(
      `the import of ${path} was begun with ${wrong[0]} ${was}, not ${wrong[1]}; call it as then`,
    );
  }
  const same =
    checkpoint.input.bytes === input.bytes && checkpoint.input.modifiedMs === input.modifiedMs;
  if (!same) throw new OperatorError(`${identity.file} is not as it was when its import began`);
  return checkpoint;
}
