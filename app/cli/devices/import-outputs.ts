import type { FileHandle } from "node:fs/promises";
import type {
  ImportOutputs,
  PlannedSecret,
  RejectedRow,
} from "../../registry/import/device-import.ts";
import { csvField } from "../../shared/csv-field.ts";
import type { CommandContext } from "../command-context.ts";
import { createOwn } from "./own-file.ts";

export const secretsHead = "client_id,secret\n";
export const rejectsHead = "line,client_id,reason\n";

export const secretLines = (secrets: readonly PlannedSecret[]): readonly string[] =>
  secrets.flatMap(({ clientId, issued }) => (issued === undefined ? [] : `${clientId},${issued}`));

export const rejectLine = ({ line, clientId, reason }: RejectedRow): string =>
  `${line},${clientId ?? ""},${csvField(reason)}\n`;

/** Rejected rows in words. */
export const rejectNote = ({ line, clientId, reason }: RejectedRow): string =>
  `line ${line}${clientId === undefined ? "" : ` (${clientId})`}: ${reason}`;

export interface OpenOutputs extends ImportOutputs {
  /** When all rows are through. */
  finish(): Promise<void>;
  close(): Promise<void>;
}

export interface OutputArguments {
  readonly secretsOut: string | undefined;
  readonly rejects: string | undefined;
}

/**
 * The outputs of an import that cannot be resumed. Secrets are told before their devices are
 * stored: a secret must not exist in the table alone.
 */
export async function openOutputs(
  context: CommandContext,
  { secretsOut, rejects }: OutputArguments,
  note: (line: string) => void,
): Promise<OpenOutputs> {
  const secretsFile = secretsOut === undefined ? undefined : await createOwn(secretsOut);
  const rejectsFile = rejects === undefined ? undefined : await createOwn(rejects);
  await rejectsFile?.write(rejectsHead);
  let begun = false;
  return {
    planned: new Map(),
    begin: async (planned) => {
      const lines = secretLines(planned);
      if (lines.length === 0) return;
      const head = begun ? "" : secretsHead;
      begun = true;
      if (secretsFile) await append(secretsFile, `${head}${lines.join("\n")}\n`);
      else
        for (const line of `${head}${lines.join("\n")}`.split("\n"))
          await context.output.line(line);
    },
    commit: async ({ rejected }) => {
      if (rejectsFile) await rejectsFile.write(rejected.map(rejectLine).join(""));
      else for (const row of rejected) note(rejectNote(row));
    },
    finish: async () => {},
    close: async () => {
      await Promise.all([secretsFile?.close(), rejectsFile?.close()]);
    },
  };
}

/** On disk when it resolves. */
export async function append(file: FileHandle, text: string): Promise<void> {
  if (text === "") return;
  await file.appendFile(text);
  await file.datasync();
}
