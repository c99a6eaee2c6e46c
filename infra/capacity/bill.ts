import { type CostItem, totalOf } from "./cost.ts";

/** A region's month by item, in whole dollars: an output of its stack. */
export interface Bill {
  /** What the items add up to, before they are rounded. */
  readonly total: number;
  readonly items: Readonly<Record<string, number>>;
}

export const billOf = (items: readonly CostItem[]): Bill => ({
  total: Math.round(totalOf(items)),
  items: Object.fromEntries(items.map(({ item, usd }) => [item, Math.round(usd)])),
});

const whole = (usd: number) => usd.toLocaleString("en-US");
const signed = (usd: number) => `${usd < 0 ? "−" : "+"}${whole(Math.abs(usd))}`;

/** Items that change, the largest change first. */
function changesOf(before: Bill, after: Bill): string[] {
  const names = [...new Set([...Object.keys(before.items), ...Object.keys(after.items)])];
  return names
    .map((name) => [name, (after.items[name] ?? 0) - (before.items[name] ?? 0)] as const)
    .filter(([, change]) => change !== 0)
    .sort(([, one], [, other]) => Math.abs(other) - Math.abs(one))
    .map(([name, change]) => `${name} ${signed(change)}`);
}

/**
 * What a change costs, in one line for whoever reviews it.
 *
 * @param before what stands. Undefined: nothing does, or it does not say.
 */
export function billDifference(before: Bill | undefined, after: Bill): string {
  const month = `${whole(after.total)} USD a month by list prices`;
  if (!before) return month;
  const difference = after.total - before.total;
  const changes = changesOf(before, after);
  if (changes.length === 0) return `${month}, as it stands`;
  return `${month}, ${signed(difference)} against what stands: ${changes.join(", ")}`;
}
