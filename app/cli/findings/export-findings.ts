import { findingLines } from "../../incidents/finding-table.ts";
import { type FindingFilter, storedFindings } from "../../incidents/stored-findings.ts";
import type { ExportFormat } from "../../shared/export-formats.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";

interface ExportArguments {
  readonly filter: FindingFilter;
  readonly format: ExportFormat;
}

export const exportFindings = (
  { variables, output }: CommandContext,
  { filter, format }: ExportArguments,
): Promise<number> =>
  withNats(variables, async (connection) => {
    for await (const line of findingLines(storedFindings(connection, filter), format)) {
      await (format === "csv" ? output.line(line) : output.json(line));
    }
    return 0;
  });
