import type { Bill } from "../infra/capacity/bill.ts";
import type { StandingStack } from "./standing-stack.ts";

/** What the stack said of its cost when it was last brought up; undefined when it did not say. */
export function billIn(stack: StandingStack): Bill | undefined {
  const outputs = Object.values(stack).find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs;
  const bill = outputs?.monthlyCostUsd;
  return typeof bill?.total === "number" && typeof bill.items === "object" ? bill : undefined;
}
