import { z } from "zod";
import { ruleIdPattern } from "../../contract/exception.ts";
import { origins } from "../../contract/subjects.ts";
import { levels } from "../../contract/verdict.ts";

const count = z.int().nonnegative();
const time = z.iso.datetime();

export const OneRule = z.object({
  id: z.string().regex(ruleIdPattern, "must be the id of a rule"),
});

const listed = {
  id: z.string(),
  title: z.string(),
  shipped: z.boolean().describe("Of the pack of this release; others are checks that are built in"),
  level: z.enum(levels).optional(),
  action: z.enum(["tag", "quarantine", "deny"]).optional().describe("What becomes of a report"),
  status: z.enum(["experimental", "test", "stable"]).optional(),
  techniques: z.array(z.string()).describe("Of ATT&CK"),
  findings: count
    .optional()
    .describe("Since `counted.since`, canaries left out. Absent when they could not be counted"),
  incidents: z
    .object({ open: count, tp: count, fp: count, benign: count })
    .describe("Those that are listed, by what people found them to be"),
};

export const Rule = z.object(listed).meta({ id: "Rule" });

export const WholeRule = z
  .object({
    ...listed,
    description: z.string().optional(),
    confidence: z.number().optional(),
    origins: z.array(z.enum(origins)).optional(),
    condition: z.string().optional(),
    falsePositives: z.array(z.string()).optional().describe("What it may be wrong about"),
    examples: z
      .object({ match: z.array(z.string()), clean: z.array(z.string()) })
      .optional()
      .describe("What it finds, and what it leaves alone"),
    pack: z.object({ name: z.string(), version: z.string() }).optional(),
  })
  .meta({ id: "WholeRule" });

export const RuleList = z
  .object({
    rules: z.array(Rule),
    counted: z
      .object({
        since: time,
        complete: z.boolean().describe("Whether these are all findings of the last day"),
      })
      .optional()
      .describe("Absent when findings could not be read"),
  })
  .meta({ id: "RuleList" });
