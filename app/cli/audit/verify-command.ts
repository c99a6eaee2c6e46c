import { AuditVerifier } from "../../audit/audit-verifier.ts";
import type { StoredRecord } from "../../audit/stored-record.ts";
import type { CommandContext } from "../command-context.ts";
import { connectOperator } from "../nats-session.ts";
import { anchorsIn } from "./anchors.ts";
import { type AuditRange, exportedRecords, storedRecords } from "./audit-source.ts";
import { verifierKeys } from "./operator-keys.ts";
import { countRecords } from "./progress.ts";
import { verifyArchive } from "./verify-archive.ts";
import { archiveJsonLines, archiveTextLines, jsonLines, textLines } from "./verify-report.ts";

export interface VerifyArguments extends AuditRange {
  /** An export to verify instead of the stream. */
  readonly file: string | undefined;
  /** The archive, or a copy of it, to verify instead of the stream; and the stream beside it. */
  readonly archive: string | undefined;
  readonly live: boolean;
  /** The JSON report of an earlier check, or an earlier export: what it saw must be there still. */
  readonly anchors: string | undefined;
  readonly json: boolean;
}

/** @returns the exit code: 0 when nothing is missing, altered or forged, 1 when it is. */
export async function verifyAudit(
  context: CommandContext,
  options: VerifyArguments,
): Promise<number> {
  const { file, anchors, archive, live } = options;
  if (archive !== undefined) {
    const keys = verifierKeys(context.variables);
    const report = await verifyArchive(context, keys, { ...options, archive, live });
    if (options.json) for (const line of archiveJsonLines(report)) await context.output.json(line);
    else await print(context, archiveTextLines(report));
    return report.intact ? 0 : 1;
  }
  const verifier = new AuditVerifier(verifierKeys(context.variables));
  if (anchors !== undefined) for (const head of await anchorsIn(anchors)) verifier.anchor(head);
  if (file !== undefined) {
    await feed(verifier, exportedRecords(file), context);
  } else {
    const connection = await connectOperator(context.variables);
    try {
      await feed(verifier, storedRecords(connection, options), context);
    } finally {
      await connection.close();
    }
  }
  const report = verifier.report();
  if (options.json) for (const line of jsonLines(report)) await context.output.json(line);
  else await print(context, textLines(report));
  return report.intact ? 0 : 1;
}

async function print({ output }: CommandContext, lines: readonly { text: string; bad: boolean }[]) {
  for (const { text, bad } of lines) await output.line(bad ? { format: "red", text } : text);
}

async function feed(
  verifier: AuditVerifier,
  records: AsyncIterable<StoredRecord | undefined>,
  { messages }: CommandContext,
): Promise<void> {
  const progress = countRecords(messages);
  try {
    for await (const record of records) {
      verifier.add(record);
      progress.add();
    }
  } finally {
    progress.stop();
  }
}
