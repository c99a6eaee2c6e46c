import { z } from "zod";
import {
  clientScopePattern,
  clientScopeRule,
  exceptionDays,
  exceptionEndings,
  exceptionIdPattern,
  exceptionKinds,
  reasonLimit,
  ruleIdPattern,
  unmatchedDays,
} from "../../contract/exception.ts";
import { origins } from "../../contract/subjects.ts";
import { listedExceptions } from "../../exceptions/stored-exceptions.ts";
import { labelPattern, labelRule } from "../../registry/device-record.ts";
import { reasonLine } from "./one-line.ts";

const time = z.iso.datetime();
const count = z.int().nonnegative();

export const OneException = z.object({
  id: z.string().regex(exceptionIdPattern, "must be the id of an exception"),
});

export const ExceptionListQuery = z.strictObject({
  state: z.enum(["in-force", "ended"]).default("in-force"),
});

const scope = z.strictObject({
  rule: z
    .string()
    .regex(ruleIdPattern, "must be the id of a rule")
    .describe("Of an incident, as its `rule.id` gives it"),
  client: z
    .string()
    .regex(clientScopePattern, `must be ${clientScopeRule}`)
    .exactOptional()
    .describe("A client id, or the beginning of ids and *"),
  label: z
    .string()
    .regex(labelPattern, `must be ${labelRule}`)
    .exactOptional()
    .describe("That the device has"),
  origin: z.enum(origins).exactOptional().describe("Where the message came from"),
});
const critical = z
  .boolean()
  .describe("Whether critical findings are hidden, too. Only an admin may want that");

export const PreviewedException = z.strictObject({ scope, critical: critical.default(false) });

export const NewException = z.strictObject({
  kind: z.enum(exceptionKinds).describe("No incident at all, or incidents of which nobody is told"),
  scope: scope.describe("Its rule, and at least one more: all that is given must hold"),
  reason: reasonLine(reasonLimit),
  critical: critical.default(false),
  expiresAt: time.describe(
    `At most ${exceptionDays} days from now. It ends sooner when it has hidden nothing for ${unmatchedDays} days`,
  ),
});

export const Exception = z
  .object({
    id: z.string(),
    kind: z.enum(exceptionKinds),
    region: z.string(),
    scope: z.object(scope.shape),
    reason: z.string(),
    critical: z.boolean(),
    addedBy: z.string(),
    addedAt: time,
    expiresAt: time,
    findings: count.describe("How many it has hidden"),
    lastMatched: time.optional(),
    end: z
      .object({ at: time, by: z.string(), why: z.enum(exceptionEndings) })
      .optional()
      .describe("Since when and why it hides nothing any more"),
  })
  .meta({ id: "Exception" });

export const ExceptionList = z
  .object({ exceptions: z.array(Exception).describe(`The newest ${listedExceptions} at most`) })
  .meta({ id: "ExceptionList" });

export const ExceptionPreview = z
  .object({
    hidden: count.describe("Findings that it would have hidden"),
    confirmed: count.describe("Of those, how many are in incidents that were found to be attacks"),
    since: time.describe("From when on findings were looked at"),
    complete: z.boolean().describe("Whether these were all of the last 30 days"),
  })
  .meta({ id: "ExceptionPreview" });
