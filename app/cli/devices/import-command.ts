import { resolve } from "node:path";
import { importDevices, importStart } from "../../registry/import/device-import.ts";
import { type RowFormat, readDeviceRows } from "../../registry/import/device-rows.ts";
import type { CommandContext } from "../command-context.ts";
import { confirm } from "../confirm.ts";
import { withChangingRegistry } from "../device-table-access.ts";
import { OperatorError } from "../operator-error.ts";
import { OutputClosed } from "../output.ts";
import { fromStdin } from "./device-ids.ts";
import { type ImportInput, openInput } from "./import-input.ts";
import { type OpenOutputs, openOutputs } from "./import-outputs.ts";
import { reportProgress } from "./import-progress.ts";
import { createPacer } from "./pacer.ts";
import { openResumable, type ResumableOutputs } from "./resumable-outputs.ts";

export interface ImportArguments {
  /** A path, or `-` for standard input. */
  readonly file: string;
  readonly format: RowFormat | undefined;
  readonly secretsOut: string | undefined;
  readonly rejects: string | undefined;
  readonly replace: boolean;
  /** Rows a second at most. */
  readonly rate: number | undefined;
  readonly checkpoint: string | undefined;
  readonly resume: boolean;
  readonly yes: boolean;
}

/** Writes on their way at the same time. */
const width = 32;

/** @returns the exit code: 1 when a row was rejected or nobody takes the secrets any more. */
export async function importCommand(
  context: CommandContext,
  options: ImportArguments,
): Promise<number> {
  if (options.replace && !options.yes && options.file !== fromStdin) {
    await confirm(context, "Overwrite devices that exist, their secrets included?");
  }
  const input = await openInput(options, context.stdin);
  try {
    return await importFrom(context, input, options);
  } finally {
    await input.close();
  }
}

async function importFrom(
  context: CommandContext,
  input: ImportInput,
  options: ImportArguments,
): Promise<number> {
  const resumable =
    options.checkpoint === undefined
      ? undefined
      : await openResumableOutputs(options.checkpoint, input, options);
  const { start, startedAt } = resumable ?? { start: importStart, startedAt: Date.now() };
  const report = reportProgress(context, { totalBytes: input.file?.bytes, start });
  let outputs: OpenOutputs | undefined = resumable;
  try {
    const open = outputs ?? (await openOutputs(context, options, report.note));
    outputs = open;
    const result = await withChangingRegistry(context.variables, (registry, by) =>
      importDevices({
        rows: readDeviceRows(input, input.format, start.position),
        ...{ start, startedAt, registry, by },
        replace: options.replace,
        outputs: open,
        bulk: { width, pace: createPacer({ perSecond: options.rate }) },
        onProgress: report.update,
      }),
    );
    await open.finish();
    report.end();
    return result.rejected > 0 ? 1 : 0;
  } catch (error) {
    if (resumable) report.note("stopped; go on with --resume");
    if (!(error instanceof OutputClosed)) throw error;
    report.note(
      "stopped: nobody reads the secrets any more; use --secrets-out to keep them in a file",
    );
    return 1;
  } finally {
    report.stop();
    await outputs?.close();
  }
}

function openResumableOutputs(
  checkpoint: string,
  input: ImportInput,
  options: ImportArguments,
): Promise<ResumableOutputs> {
  const { file, secretsOut, rejects, replace, resume } = options;
  if (input.file === undefined) {
    throw new OperatorError(`--checkpoint needs a file that can be read twice; ${file} cannot`);
  }
  if (secretsOut === undefined || rejects === undefined) {
    throw new OperatorError("--checkpoint needs --secrets-out and --rejects");
  }
  const identity = {
    file: resolve(file),
    rows: input.format,
    replace,
    secretsOut: resolve(secretsOut),
    rejects: resolve(rejects),
  };
  return openResumable({ checkpoint, resume, identity, input: input.file });
}
