import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Messages, Output } from "../../app/cli/output.ts";
import { createProgram } from "../../app/cli/program.ts";
import { deadLetterReasons } from "../../app/contract/dead-letter.ts";
import { alertRules } from "./alert-rules.ts";
import { panelsOf } from "./dashboard-queries.fixture.ts";
import { dashboards } from "./dashboards.ts";
import { watched } from "./rule-cases/rule-case.fixture.ts";

const folder = join(import.meta.dirname, "../../docs/runbooks");
const files = readdirSync(folder).filter((file) => file !== "README.md");
const rules = alertRules(watched, "https://example.com").flatMap((group) => group.rules);
const alerts = rules.map((rule) => rule.alert);

const program = createProgram(() => Promise.resolve(), {
  output: new Output(process.stdout),
  messages: new Messages(process.stderr),
});
const commands = program.commands.map((command) => command.name());
const titles = Object.values(dashboards(watched))
  .flatMap(panelsOf)
  .map((panel) => panel.title);

it("is there for each alert, and for nothing else", () => {
  expect(files.sort()).toEqual(alerts.map((alert) => `${alert}.md`).sort());
});

it("is where the alert says", () => {
  for (const { alert, annotations } of rules) {
    expect(annotations.runbook_url).toBe(`https://example.com/${alert}.md`);
  }
});

it("says of each reason for a dead letter what to do", () => {
  const text = readFileSync(join(folder, "SentinelDeadLettersRising.md"), "utf8");
  for (const reason of deadLetterReasons) expect(text).toContain(`- \`${reason}\`: `);
});

describe.each(files)("%s", (file) => {
  const text = readFileSync(join(folder, file), "utf8");

  it("says what it means, whom it hurts, where to look, what to do and when it ends", () => {
    expect(text.split("\n")[0]).toBe(`# ${file.replace(".md", "")}`);
    expect(text.match(/^## .*/gm)).toEqual(["## Impact", "## Look", "## Act", "## Ends"]);
  });

  it("is short", () => {
    expect(text.trimEnd().split("\n").length).toBeLessThanOrEqual(35);
  });

  it("names alerts and commands that exist", () => {
    for (const [name] of text.matchAll(/\bSentinel[A-Z]\w+/g)) expect(alerts).toContain(name);
    const called = [...text.matchAll(/\.\/sentinel ([\w-]+)/g)].map(([, command]) => command);
    for (const command of called) expect(commands).toContain(command);
  });

  it("names panels that exist: they stand between asterisks, with a capital", () => {
    for (const [, title] of text.matchAll(/(?<!\*)\*([A-Z][^*]*)\*(?!\*)/g)) {
      expect(titles).toContain(title?.replace("\n  ", " ").replace("\n", " "));
    }
  });
});
