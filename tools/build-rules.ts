import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { loadRulePack } from "../app/inspector/patterns/load-pack.ts";

/** Writes the rules of a folder as the console shows them: it reads no YAML and compiles no pattern. */
export async function buildRules(folder: string, file: string): Promise<void> {
  const rules = await loadRulePack(folder);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(rules));
}
