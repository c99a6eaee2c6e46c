import Table from "cli-table3";
import type { Step } from "../engine/steps.ts";

const operations = ["create", "update", "replace", "delete"] as const;
export type Counts = Readonly<Record<(typeof operations)[number] | "same", number>>;

/** The engine's own: nobody wrote it, nobody counts it. */
const isImplied = ({ type, name }: Step) =>
  type === "pulumi:pulumi:Stack" ||
  (type.startsWith("pulumi:providers:") && name.startsWith("default"));

/** Resources of a stack by what would happen to them. */
export function countsOf(steps: readonly Step[]): Counts {
  const counted = steps.filter((step) => !isImplied(step));
  const of = (operation: keyof Counts) =>
    counted.filter((step) => step.operation === operation).length;
  return {
    create: of("create"),
    update: of("update"),
    replace: of("replace"),
    delete: of("delete"),
    same: of("same"),
  };
}

export interface StackSummary {
  readonly stack: string;
  readonly ok: boolean;
  readonly counts: Counts;
}

/** One row for each stack. Colours only when asked for: the text also goes into files. */
export function summaryTable(summaries: readonly StackSummary[], colours: boolean): string {
  const table = new Table({
    head: ["stack", ...operations, "same", "preview"],
    colAligns: ["left", "right", "right", "right", "right", "right", "left"],
    style: colours ? { head: ["bold"], border: ["gray"] } : { head: [], border: [] },
  });
  for (const { stack, ok, counts } of summaries) {
    const row = [...operations, "same" as const].map((operation) => counts[operation] || "");
    table.push([stack, ...row, ok ? "ok" : "failed"]);
  }
  return table.toString();
}
