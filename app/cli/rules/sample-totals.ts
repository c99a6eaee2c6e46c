import { type Verdict, verdicts } from "../../contract/verdict.ts";

/**
 * What became of a sample; `not-inspected` is what is larger than a message may be, or what the rules
 * failed with.
 */
export type Outcome = Verdict | "not-inspected";
const outcomes: readonly Outcome[] = [...verdicts, "not-inspected"];

/** More labels are no groups but identities, and nobody reads a table of them. */
const mostLabels = 1_000;
const otherLabels = "other";

/**
 * Counts what became of samples, by label, and how often each rule held. Labels beyond the first
 * thousand are counted together.
 */
export class SampleTotals {
  readonly #byLabel = new Map<string, Map<Outcome, number>>();
  readonly #byRule = new Map<string, { readonly title: string; count: number }>();
  unreadable = 0;

  get samples(): number {
    let sum = 0;
    for (const counts of this.#byLabel.values()) for (const count of counts.values()) sum += count;
    return sum;
  }

  add(label: string, outcome: Outcome, rules: readonly { rule: string; title: string }[]): void {
    const known = this.#byLabel.has(label) || this.#byLabel.size < mostLabels;
    const row = known ? label : otherLabels;
    const counts = this.#byLabel.get(row) ?? new Map<Outcome, number>();
    this.#byLabel.set(row, counts.set(outcome, (counts.get(outcome) ?? 0) + 1));
    for (const { rule, title } of rules) {
      const seen = this.#byRule.get(rule) ?? { title, count: 0 };
      seen.count++;
      this.#byRule.set(rule, seen);
    }
  }

  /** A table, a line a row: a row for each label and, of several, one for all. */
  lines(): readonly string[] {
    const rows = [...this.#byLabel].sort(([a], [b]) => (a < b ? -1 : 1));
    const all = new Map<Outcome, number>();
    for (const [, counts] of rows) {
      for (const [outcome, count] of counts) all.set(outcome, (all.get(outcome) ?? 0) + count);
    }
    const shown = rows.length === 1 ? rows : [...rows, ["all", all] as const];
    const head = ["label", "samples", ...outcomes, "reported", "held"];
    const table =
      this.samples === 0
        ? []
        : aligned([head, ...shown.map(([label, counts]) => rowOf(label, counts))]);
    const unreadable = this.unreadable > 0 ? [`unreadable: ${this.unreadable}`] : [];
    return [...table, ...unreadable, ...this.#ruleLines()];
  }

  #ruleLines(): readonly string[] {
    const often = [...this.#byRule].sort(([, a], [, b]) => b.count - a.count);
    if (often.length === 0) return [];
    return [
      "",
      "hits  rule",
      ...often.map(([id, { title, count }]) => `${String(count).padStart(4)}  ${id}  ${title}`),
    ];
  }
}

function rowOf(label: string, counts: ReadonlyMap<Outcome, number>): readonly string[] {
  const of = (...wanted: Outcome[]) =>
    wanted.reduce((sum, outcome) => sum + (counts.get(outcome) ?? 0), 0);
  const samples = of(...outcomes);
  const share = (count: number) => `${((100 * count) / samples).toFixed(1)} %`;
  return [
    label,
    String(samples),
    ...outcomes.map((outcome) => String(of(outcome))),
    share(of("tag", "quarantine", "deny")),
    share(of("quarantine", "deny")),
  ];
}

/** Longer labels are cut where they are printed. */
const widestLabel = 40;

export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    // Not all rows as arguments of one call: there may be more than it takes.
    rows.reduce(
      (width, row) => Math.min(widestLabel, Math.max(width, row[column]?.length ?? 0)),
      0,
    ),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.slice(0, width).padEnd(width) : cell.padStart(width);
      })
      .join("  "),
  );
}
