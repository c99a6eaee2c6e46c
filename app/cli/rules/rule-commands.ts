import { type Command, InvalidArgumentError, Option } from "commander";
import { origins } from "../../contract/subjects.ts";
import { costLimit } from "../../inspector/patterns/cost-limits.ts";
import { isPrintable } from "../../shared/printable.ts";
import type { RunCommand } from "../command-context.ts";
import { examples, positive } from "../option-values.ts";
import { sampleForms } from "./read-samples.ts";

const title = (value: string) => {
  if (value.trim() !== "" && isPrintable(value, 256)) return value.trim();
  throw new InvalidArgumentError("A title is one line of at most 256 characters, and not empty.");
};

const rulesOption = () =>
  new Option("--rules <folder>", "folder of the rules (default: those that ship)");

const verdictHelp = `
Each line is {"text": "…"} or {"base64": "…"}, with "origin" (device, upstream), "topic", "client", "qos",
"label" and "id" if wanted. Each answer is a line of JSON with "verdict" (allow, tag, quarantine, deny; null for what is
larger than a message may be) and "rules". Totals, for each label, go to standard error. In a folder,
.jsonl, .ndjson and .json files hold such lines, and any other file is one payload as it is.

Exit codes: 0 all were judged, 1 one could not be read or there was none, 2 called wrongly.
`;

/** What the rules say, without a region. What reads them is loaded when it is asked for. */
export function addRuleCommands(program: Command, run: RunCommand): void {
  const rules = program
    .command("rules")
    .description("tries, checks and explains the rules that messages are inspected by");
  rules
    .command("test")
    .description("judges messages from a file by the rules; needs no server")
    .argument("<path>", "file, folder, or - for standard input")
    .addOption(rulesOption())
    .addOption(
      new Option("--as <form>", "what files hold, whatever their names").choices(sampleForms),
    )
    .addOption(
      new Option("--origin <origin>", "of what does not say so").choices(origins).default("device"),
    )
    .option("--totals", "only the totals, on standard output", false)
    .addHelpText(
      "after",
      verdictHelp +
        examples(
          "sentinel rules test attacks.jsonl --totals",
          "sentinel rules test captures/ --origin upstream",
          "tail -f device.log | sentinel rules test - --as lines",
        ),
    )
    .action((path: string, { as: form, ...options }) =>
      run(async (context) => {
        const { testRules } = await import("./test-rules.ts");
        return testRules(context, { path, form, ...options });
      }, program.opts()),
    );
  rules
    .command("check")
    .description("compiles the rules, tries their examples, measures their cost and false hits")
    .addOption(rulesOption())
    .option(
      "--limit <n>",
      "how many times as dear as reading alone the dearest text may be",
      positive,
      costLimit,
    )
    .option("--json", "as JSON", false)
    .addHelpText(
      "after",
      "\nExit codes: 0 an inspector would take them, 1 not, 2 called wrongly.\n" +
        examples("sentinel rules check", "sentinel rules check --rules ./my-rules"),
    )
    .action((options) =>
      run(async (context) => {
        const { checkRules } = await import("./check-rules.ts");
        return checkRules(context, options);
      }, program.opts()),
    );
  addShowing(rules, program, run);
}

function addShowing(rules: Command, program: Command, run: RunCommand): void {
  rules
    .command("list")
    .description("lists the rules: id, level, what follows, title")
    .addOption(rulesOption())
    .option("--json", "a JSON object a line", false)
    .action((options) =>
      run(async (context) => {
        const { listRules } = await import("./show-rules.ts");
        return listRules(context, options);
      }, program.opts()),
    );
  rules
    .command("explain")
    .description("says what a rule looks for, what follows and what it is tried with")
    .argument("<id>", "id, its beginning, or the whole title")
    .addOption(rulesOption())
    .option("--json", "as JSON", false)
    .action((id: string, options) =>
      run(async (context) => {
        const { explainRule } = await import("./show-rules.ts");
        return explainRule(context, { id, ...options });
      }, program.opts()),
    );
  rules
    .command("new")
    .description("prints a rule to be filled in, with an id of its own")
    .argument("[title]", "its title", title, "Say in a few words what is found")
    .addHelpText("after", examples('sentinel rules new "Reset of a meter" >> rules/meters.yaml'))
    .action((named: string) =>
      run(async (context) => {
        const { newRule } = await import("./new-rule.ts");
        return newRule(context, { title: named });
      }, program.opts()),
    );
  rules
    .command("schema")
    .description("prints the JSON Schema of a rule, for editors and validators")
    .action(() =>
      run(async (context) => {
        const { printSchema } = await import("./new-rule.ts");
        return printSchema(context);
      }, program.opts()),
    );
}
