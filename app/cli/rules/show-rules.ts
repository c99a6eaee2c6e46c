import { levels } from "../../contract/verdict.ts";
import { groupsOf, selectionNames } from "../../inspector/patterns/leaf.ts";
import type { RuleDocument } from "../../inspector/patterns/rule.ts";
import { techniqueOf } from "../../inspector/patterns/technique.ts";
import type { CommandContext } from "../command-context.ts";
import { OperatorError } from "../operator-error.ts";
import { readRules, rulesFolder } from "./rules-folder.ts";

interface ShowArguments {
  /** Undefined for the rules that ship. */
  readonly rules: string | undefined;
  readonly json: boolean;
}

/** A line a rule, in the order of their files. */
export async function listRules(
  { output }: CommandContext,
  { rules: named, json }: ShowArguments,
): Promise<number> {
  const width = Math.max(...levels.map((level) => level.length));
  for (const rule of await readRules(rulesFolder(named))) {
    const { id, title, level, status, file, tags, sentinel } = rule;
    const { action, origins } = sentinel;
    if (json) {
      await output.json(JSON.stringify({ id, title, level, action, status, origins, tags, file }));
    } else {
      await output.line(`${id}  ${level.padEnd(width)}  ${action.padEnd(10)}  ${title}`);
    }
  }
  return 0;
}

/** What a rule looks for, what follows from it and what it is tried with. @throws OperatorError */
export async function explainRule(
  { output }: CommandContext,
  { id, rules: named, json }: ShowArguments & { readonly id: string },
): Promise<number> {
  const rule = ruleCalled(id, await readRules(rulesFolder(named)));
  if (json) await output.json(JSON.stringify(rule));
  else for (const line of linesOf(rule)) await output.line(line);
  return 0;
}

/** By its id, the beginning of it, or its title. */
function ruleCalled(id: string, rules: readonly RuleDocument[]): RuleDocument {
  const found = rules.filter((rule) => rule.id.startsWith(id.toLowerCase()) || rule.title === id);
  const [only] = found;
  if (only && found.length === 1) return only;
  throw new OperatorError(
    found.length === 0
      ? `no rule has the id "${id}"; see: sentinel rules list`
      : `${found.length} rules have an id that begins with "${id}"; give more of it`,
  );
}

const consequences = {
  tag: "it is delivered and tagged",
  quarantine: "it is held until somebody decides",
  deny: "it is held, and counts as an attack",
} as const;

function linesOf(rule: RuleDocument): readonly string[] {
  const { sentinel, detection } = rule;
  const { action, confidence, origins, examples } = sentinel;
  const facts = [
    ["id", rule.id],
    ["file", rule.file],
    ["level", `${rule.level}, ${rule.status}, confidence ${confidence}`],
    ["looks at", origins.join(" and ")],
    ["report", consequences[action]],
    ...(origins.includes("upstream")
      ? [["alert", "it is delivered and tagged, whatever it quotes"]]
      : []),
    ["attack", rule.tags.map(techniqueOf).join(", ")],
    ["condition", detection.condition],
  ].map(([name = "", value = ""]) => `${name.padEnd(10)} ${value}`);
  const selections = selectionNames(rule).flatMap((name) => [
    `${name}:`,
    ...groupsOf(rule, name).flatMap(({ key, all, leaves }) => [
      `  ${key}${leaves.length > 1 ? (all ? " (all of)" : " (one of)") : ""}`,
      ...leaves.map(({ value }) => `    ${JSON.stringify(value)}`),
    ]),
  ]);
  const listed = (title: string, messages: typeof examples.match) => [
    title,
    ...messages.map((message) => `  ${JSON.stringify(message)}`),
  ];
  return [
    rule.title,
    ...rule.description.split("\n"),
    "",
    ...facts,
    "",
    ...selections,
    "",
    ...listed("matches", examples.match),
    ...listed("leaves alone", examples.clean),
    "may be wrong about",
    ...rule.falsepositives.map((text) => `  ${text}`),
  ];
}
