import { z } from "zod";
import { clientIdPattern, clientIdRule } from "../../contract/client-id.ts";
import {
  decisionOutcomes,
  heldStates,
  operationPattern,
  operationRule,
  reasonText,
} from "../../contract/quarantine-decision.ts";
import { origins } from "../../contract/subjects.ts";
import { wholeNumber } from "./device-schemas.ts";

const client = z.string().regex(clientIdPattern, `must be ${clientIdRule}`);
const rule = z
  .string()
  .regex(/^[\x21-\x7e]{1,256}$/, "must be 1 to 256 printable ASCII characters");
/** As a path or a body has it; no stream gets further. */
const highest = Number.MAX_SAFE_INTEGER;
const time = z.iso.datetime();
const operationId = z
  .string()
  .regex(operationPattern, `must be ${operationRule}`)
  .describe("Names what is asked for together, in the audit. Repeat it with the request");

export const HeldPath = z.object({
  sequence: wholeNumber
    .min(1, "must be at least 1")
    .max(highest)
    .describe("Its sequence in QUARANTINE, as the list gives it"),
});

export const HeldQuery = z.strictObject({
  client: client.optional().describe("Only messages of or for this client"),
  rule: rule.optional().describe("Only messages that this rule or check has held"),
  state: z.enum(heldStates).optional().describe("Only those in this state"),
  limit: wholeNumber
    .min(1, "must be at least 1")
    .max(500, "must be at most 500")
    .default(100)
    .describe("Messages of one page at most"),
  after: wholeNumber
    .min(0, "must be at least 0")
    .max(highest)
    .optional()
    .describe("The `next` of the page before"),
});

export const NewDecision = z.strictObject({
  reason: reasonText.describe("Why; everybody who reads the audit sees it"),
  operationId: operationId.optional(),
});

export const BulkDecision = z.strictObject({
  operationId,
  reason: reasonText.describe("Why; everybody who reads the audit sees it"),
  filter: z.strictObject({ client: client.optional(), rule: rule.optional() }),
  after: z.int().min(0).default(0).describe("The `next` of the answer before"),
  upTo: z
    .int()
    .min(0)
    .optional()
    .describe("The `upTo` of the first answer; absent: what is held until now"),
});

const Decision = z.object({
  time,
  actor: z.string(),
  operation: z.string(),
  reason: z.string(),
});

const facts = {
  sequence: z.int(),
  time: time.describe("When it was held"),
  clientId: z.string(),
  origin: z.enum(origins),
  rules: z.array(z.string()).describe("Rules and checks that held it"),
  size: z.int().describe("Bytes"),
  reason: z.string().describe("The verdict that held it"),
  state: z
    .enum(heldStates)
    .describe("`releasing`: a release was begun and did not end; asked for again, it is finished"),
  decision: Decision.optional(),
};

export const Held = z.object(facts).meta({ id: "HeldMessage" });

export const HeldWithContent = z
  .object({
    ...facts,
    text: z.string().describe("The first 4 KiB, with a dot for whatever is not printable"),
    hex: z.string().describe("The same bytes, 16 a line"),
  })
  .meta({ id: "HeldMessageWithContent" });

export const HeldList = z
  .object({
    messages: z.array(Held).describe("Oldest first"),
    next: z
      .int()
      .optional()
      .describe(
        "`after` of the next page; absent on the last. A page may be empty without being it",
      ),
  })
  .meta({ id: "HeldMessageList" });

export const DecisionResult = z
  .object({
    outcome: z
      .enum(["decided", "unchanged"])
      .describe("`decided`: it was done now; `unchanged`: it was so before"),
    operationId: z.string(),
  })
  .meta({ id: "DecisionResult" });

const counts = Object.fromEntries(decisionOutcomes.map((each) => [each, z.int()])) as Record<
  (typeof decisionOutcomes)[number],
  z.ZodInt
>;

export const BulkResult = z
  .object({
    operationId: z.string(),
    outcomes: z
      .object(counts)
      .describe(
        "Messages by what became of them. `refused`: the opposite was decided before; `unknown`: gone; `unfinished`: repeat the request; `uncertain`: a release that was begun long ago, and may have been delivered",
      ),
    upTo: z.int().describe("The last sequence that the operation is about"),
    next: z
      .int()
      .optional()
      .describe("Send the request again with this as `after`, and `upTo`; absent when all is done"),
  })
  .meta({ id: "BulkDecisionResult" });
