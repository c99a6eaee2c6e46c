import { csvField } from "../shared/csv-field.ts";
import type { ExportFormat } from "../shared/export-formats.ts";
import type { SeenFinding } from "./seen-finding.ts";

/** A finding as it is shown. Times are UTC. */
export const findingView = (finding: SeenFinding) => ({
  time: new Date(finding.time).toISOString(),
  id: finding.id,
  sequence: finding.sequence,
  class: finding.subject.split(".")[1] ?? "",
  rule: finding.rule,
  severity: finding.severity,
  clientId: finding.clientId,
  ...(finding.origin !== undefined && { origin: finding.origin }),
  quoted: finding.quoted,
  techniques: finding.techniques,
  excerpt: finding.excerpt,
});

type View = ReturnType<typeof findingView>;

/** Lists are divided by `;`, which is in no id. */
const columns = {
  time: ({ time }) => time,
  id: ({ id }) => id,
  sequence: ({ sequence }) => String(sequence),
  class: (view) => view.class,
  rule: ({ rule }) => rule.id,
  title: ({ rule }) => rule.title,
  severity: ({ severity }) => severity,
  client: ({ clientId }) => clientId,
  origin: ({ origin }) => origin ?? "",
  quoted: ({ quoted }) => (quoted ? "true" : ""),
  techniques: ({ techniques }) => techniques.join(";"),
  excerpt: ({ excerpt }) => excerpt,
} satisfies Record<string, (view: View) => string>;

const rowOf = (view: View) =>
  Object.values(columns)
    .map((column) => csvField(column(view)))
    .join(",");

/**
 * Findings for other programs, line by line: a table whose cells no spreadsheet takes for formulas, or a
 * JSON object a line.
 */
export async function* findingLines(
  findings: AsyncIterable<SeenFinding>,
  format: ExportFormat,
): AsyncGenerator<string> {
  if (format === "csv") yield Object.keys(columns).join(",");
  for await (const finding of findings) {
    const view = findingView(finding);
    yield format === "csv" ? rowOf(view) : JSON.stringify(view);
  }
}
