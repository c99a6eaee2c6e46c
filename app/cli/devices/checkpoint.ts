import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { ImportProgress, PlannedSecret } from "../../registry/import/device-import.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import { replaceOwn } from "./own-file.ts";

const whole = z.int().nonnegative();
const CheckpointSchema = z.strictObject({
  format: z.literal("sentinel-import-1"),
  /** What the import was called with. An import goes on with the same, or not at all. */
  arguments: z.strictObject({
    file: z.string(),
    rows: z.enum(["csv", "jsonl"]),
    replace: z.boolean(),
    secretsOut: z.string(),
    rejects: z.string(),
  }),
  input: z.strictObject({ bytes: whole, modifiedMs: z.number() }),
  startedAt: whole,
  progress: z.strictObject({
    rows: whole,
    stored: whole,
    rejected: whole,
    position: z.strictObject({ line: whole, end: whole }),
  }),
  /** How long the two files were at `progress`. */
  secretsBytes: whole,
  rejectsBytes: whole,
  /** Client id, salt and issued secret of the rows of the slice after `progress`. */
  planned: z.array(z.tuple([z.string(), z.base64(), z.string().nullable()])),
});

export type Checkpoint = z.infer<typeof CheckpointSchema>;

/** How far an import is, and what it is about to write: enough to go on wherever it dies. */
export async function writeCheckpoint(
  path: string,
  state: Omit<Checkpoint, "format" | "planned"> & { readonly progress: ImportProgress },
  planned: Iterable<PlannedSecret>,
): Promise<void> {
  const rows = Array.from(planned, ({ clientId, issued, salt }) => [
    clientId,
    salt,
    issued ?? null,
  ]);
  const checkpoint = { format: "sentinel-import-1", ...state, planned: rows };
  await replaceOwn(path, JSON.stringify(checkpoint)).catch((error) => {
    throw new OperatorError(`cannot write the checkpoint ${path}: ${sentenceOf(error)}`);
  });
}

export async function readCheckpoint(path: string): Promise<Checkpoint> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const none = (error as NodeJS.ErrnoException).code === "ENOENT";
    const reason = none
      ? "there is none: the import has ended, or has not begun; leave --resume out to begin one"
      : sentenceOf(error);
    throw new OperatorError(`cannot read the checkpoint ${path}: ${reason}`);
  }
  try {
    return CheckpointSchema.parse(JSON.parse(text));
  } catch {
    // Its own message might quote secrets.
    throw new OperatorError(`${path} is not the checkpoint of an import`);
  }
}

export const plannedOf = (checkpoint: Checkpoint): Map<string, PlannedSecret> =>
  new Map(
    checkpoint.planned.map(([clientId, salt, issued]) => [
      clientId,
      { clientId, issued: issued ?? undefined, salt },
    ]),
  );
