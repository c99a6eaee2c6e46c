import type { Example } from "../../inspector/patterns/rule.ts";
import { techniqueOf } from "../../inspector/patterns/technique.ts";
import type { ListedRule } from "../rules/rule-list.ts";
import { type Api, type ApiOptions, answer, failures } from "./api.ts";
import { Problem } from "./problem.ts";
import { OneRule, RuleList, WholeRule } from "./rule-schemas.ts";

const tags = ["rules"];

/** What findings are made by, and how well it does. */
export function addRuleRoutes(api: Api, { rules }: ApiOptions): void {
  api.get(
    "/rules",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Lists rules with what they found in the last day and what that was",
        description: "50,000 findings at most, counted once a minute.",
        response: { 200: answer("They", RuleList), ...failures },
      },
    },
    async () => {
      const { rules: listed, hits } = await rules.list();
      const { since, complete = false } = hits ?? {};
      return {
        rules: listed.map(ruleView),
        ...(since !== undefined && {
          counted: { since: new Date(since).toISOString(), complete },
        }),
      };
    },
  );
  api.get(
    "/rules/:id",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Shows a rule with its documentation and its examples",
        params: OneRule,
        response: { 200: answer("The rule", WholeRule), ...failures },
      },
    },
    async (request) => {
      const { id } = request.params;
      const { rules: listed } = await rules.list();
      const rule = listed.find((each) => each.id === id);
      if (!rule)
        throw new Problem("no-such-rule", `no rule ${id} is in the pack or has found anything`);
      return wholeRuleView(rule);
    },
  );
}

function ruleView({ id, title, document, findings, incidents }: ListedRule) {
  const techniques = (document?.tags ?? []).map(techniqueOf);
  return {
    ...{ id, title, shipped: document !== undefined, techniques, incidents },
    ...(findings !== undefined && { findings }),
    ...(document && {
      ...{ level: document.level, status: document.status, action: document.sentinel.action },
    }),
  };
}

function wholeRuleView(rule: ListedRule) {
  const { document } = rule;
  if (!document) return ruleView(rule);
  const { description, falsepositives, detection, pack, sentinel } = document;
  return {
    ...ruleView(rule),
    ...{ description, falsePositives: falsepositives, condition: detection.condition },
    ...{ confidence: sentinel.confidence, origins: sentinel.origins },
    examples: {
      match: sentinel.examples.match.map(exampleText),
      clean: sentinel.examples.clean.map(exampleText),
    },
    pack: { name: pack.name, version: pack.version },
  };
}

/** A message as it is read: what stands beside its text comes first. */
function exampleText(example: Example): string {
  if (typeof example === "string") return example;
  const { payload, ...fields } = example;
  return [...Object.entries(fields).map(([name, value]) => `${name}: ${value}`), payload].join(
    "\n",
  );
}
