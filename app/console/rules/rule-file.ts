import { readFileSync } from "node:fs";
import type { RuleDocument } from "../../inspector/patterns/rule.ts";

/** Reads the rules that were built with this console. @throws the system's error when there are none. */
export const readRuleFile = (path: string): readonly RuleDocument[] =>
  JSON.parse(readFileSync(path, "utf8"));
