import { printable } from "./printable.ts";

const fieldLimit = 4_096;
/** What makes a spreadsheet take a cell for a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const DEFUSED = /^'(?=[=+\-@\t\r])/;

/**
 * One cell of CSV, printable. What a spreadsheet would take for a formula gets an apostrophe before
 * it, which `plainField` takes away again. Files of secrets are not made by this: a secret is
 * written as it is, and ours begin with nothing that would be a formula.
 */
export function csvField(text: string): string {
  const safe = `${FORMULA.test(text) ? "'" : ""}${printable(text, fieldLimit)}`;
  return /[",]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The text of a cell that `csvField` has defused. */
export const plainField = (cell: string): string => cell.replace(DEFUSED, "");
