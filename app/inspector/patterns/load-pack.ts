import { readdir, readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { parseAllDocuments } from "yaml";
import { lintRule } from "./lint.ts";
import {
  type PackManifest,
  PackManifestSchema,
  parseWith,
  type RuleDocument,
  RuleSchema,
} from "./rule.ts";
import { RulePackInvalid } from "./rule-pack-invalid.ts";

const manifestFile = "pack.yaml";

interface Reading {
  readonly rules: RuleDocument[];
  readonly problems: string[];
}

/**
 * Reads `pack.yaml` and every other `.yaml` file of the folder, in order of name.
 *
 * Throws RulePackInvalid with all problems of all files, so that an author corrects them in one go.
 */
export async function loadRulePack(directory: string): Promise<RuleDocument[]> {
  const names = await fileNames(directory);
  const reading: Reading = { rules: [], problems: [] };
  const pack = await readManifest(directory, reading);
  for (const name of names.filter((name) => name !== manifestFile)) {
    readRules(name, await readFile(join(directory, name), "utf8"), { pack, reading });
  }
  reading.problems.push(...repeatedIds(reading.rules));
  if (reading.rules.length === 0 && reading.problems.length === 0) {
    reading.problems.push(`${directory}: got no rule; add a .yaml file with one`);
  }
  if (reading.problems.length > 0) throw new RulePackInvalid(directory, reading.problems);
  return reading.rules;
}

async function fileNames(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).filter((name) => name.endsWith(".yaml")).sort();
  } catch (cause) {
    const problem = `${directory}: cannot be read (${String(cause)}); name a folder of rules`;
    throw new RulePackInvalid(directory, [problem], { cause });
  }
}

async function readManifest(directory: string, { problems }: Reading): Promise<PackManifest> {
  const text = await readFile(join(directory, manifestFile), "utf8").catch(() => "");
  const [document] = parseYaml(manifestFile, text, problems);
  const parsed = parseWith(PackManifestSchema, manifestFile, document);
  if (parsed.ok) return parsed.value;
  problems.push(...parsed.problems);
  return { name: basename(directory), version: "0.0.0", description: "" };
}

function readRules(
  file: string,
  text: string,
  { pack, reading }: { pack: PackManifest; reading: Reading },
): void {
  for (const [index, raw] of parseYaml(file, text, reading.problems).entries()) {
    const where = `${file}: ${nameOf(raw, index)}`;
    const parsed = parseWith(RuleSchema, where, raw);
    if (!parsed.ok) {
      reading.problems.push(...parsed.problems);
      continue;
    }
    reading.problems.push(...lintRule(parsed.value).map((problem) => `${where}: ${problem}`));
    reading.rules.push({ ...parsed.value, pack, file });
  }
}

function parseYaml(file: string, text: string, problems: string[]): readonly unknown[] {
  const values: unknown[] = [];
  for (const document of parseAllDocuments(text)) {
    try {
      const [error] = document.errors;
      if (error !== undefined) throw error;
      values.push(document.toJS());
    } catch (error) {
      // Also what the parser refuses only on conversion, such as aliases that multiply.
      const [reason] = String(error).split("\n");
      problems.push(`${file}: ${reason}; correct the YAML`);
    }
  }
  return values;
}

function nameOf(raw: unknown, index: number): string {
  const title = typeof raw === "object" && raw !== null ? Reflect.get(raw, "title") : undefined;
  return typeof title === "string" ? `rule "${title}"` : `rule ${index + 1}`;
}

function repeatedIds(rules: readonly RuleDocument[]): readonly string[] {
  return rules.flatMap((rule, index) => {
    const first = rules.findIndex((other) => other.id === rule.id);
    const other = rules[first];
    if (first === index || other === undefined) return [];
    return `${rule.file}: rule "${rule.title}": id: got ${rule.id}, which "${other.title}" has; write a fresh UUID`;
  });
}
