import { randomUUID } from "node:crypto";
import { ruleJsonSchema } from "../../inspector/patterns/rule-json-schema.ts";
import type { CommandContext } from "../command-context.ts";

/** A rule to be filled in, with an id of its own, to be put into a file of the pack. */
export async function newRule(
  { output }: CommandContext,
  { title }: { readonly title: string },
): Promise<number> {
  const text = `---
title: ${JSON.stringify(title)}
id: ${randomUUID()}
status: experimental
level: medium
description: What a message that matches does, and to whom.
logsource:
  product: mqtt-sentinel
  category: message
tags: [attack.t1190]
detection:
  texts:
    payload|contains: [replace this text]
  condition: texts
falsepositives:
  - Where honest messages say the same
sentinel:
  action: tag
  confidence: 0.5
  origins: [device]
  examples:
    match:
      - '{"message":"replace this text"}'
      - replace this text
    clean:
      - replace that text
      - '{"message":"replace these texts"}'
`;
  for (const line of text.trimEnd().split("\n")) await output.line(line);
  return 0;
}

/** The form of a rule, for editors and validators. */
export async function printSchema({ output }: CommandContext): Promise<number> {
  for (const line of JSON.stringify(ruleJsonSchema(), null, 2).split("\n")) await output.line(line);
  return 0;
}
