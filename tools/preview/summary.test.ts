import { expect, it } from "vitest";
import type { Step } from "../engine/steps.ts";
import { readable } from "./show.ts";
import { countsOf, summaryTable } from "./summary.ts";

const step = (operation: Step["operation"], type = "aws:ec2/vpc:Vpc", name = "it"): Step => ({
  operation,
  type,
  name,
  changes: [],
  replacedFor: [],
  protected: false,
});

it("counts resources by what would happen to them, without the stack and the engine's own", () => {
  const counts = countsOf([
    step("create"),
    step("replace"),
    step("same"),
    step("same", "pulumi:providers:aws", "default_7_48_0"),
    step("same", "pulumi:providers:kubernetes", "cluster"),
    step("create", "pulumi:pulumi:Stack"),
    step("read"),
  ]);
  expect(counts).toEqual({ create: 1, update: 0, replace: 1, delete: 0, same: 2 });
});

it("shows a row for each stack, with blanks for nothing", () => {
  const counts = { create: 0, update: 2, replace: 0, delete: 0, same: 7 };
  const table = summaryTable([{ stack: "us-east", ok: false, counts }], false);
  expect(table).toContain("│ us-east │        │      2 │         │        │    7 │ failed  │");
});

it("shows names in place of URNs and leaves providers out", () => {
  const output = [
    "    ~ aws:ec2/vpc:Vpc: (update)",
    "        [id=vpc-1]",
    "        [urn=urn:pulumi:us-east::mqtt-sentinel::aws:ec2/vpc:Vpc::network]",
    "        [provider=urn:pulumi:us-east::mqtt-sentinel::pulumi:providers:aws::default::1]",
  ].join("\n");
  expect(readable(output)).toBe("~ aws:ec2/vpc:Vpc: (update)\n        [id=vpc-1]\n        network");
});
