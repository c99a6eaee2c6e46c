import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { loadRulePack } from "./load-pack.ts";
import { RulePackInvalid } from "./rule-pack-invalid.ts";
import { rawRule } from "./sample-rule.ts";

const folders: string[] = [];

afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true })));
});

async function packOf(files: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rules-"));
  folders.push(folder);
  const manifest = 'name: sample\nversion: "1.0.0"\ndescription: A pack for tests.\n';
  for (const [name, text] of Object.entries({ "pack.yaml": manifest, ...files })) {
    await writeFile(join(folder, name), text);
  }
  return folder;
}

async function problemsOf(files: Record<string, string>): Promise<readonly string[]> {
  const error = await loadRulePack(await packOf(files)).catch((reason: unknown) => reason);
  if (error instanceof RulePackInvalid) return error.problems;
  throw new Error("the pack was expected to be invalid");
}

const problemsOfRule = (raw: unknown) => problemsOf({ "a.yaml": stringify(raw) });

describe("loadRulePack", () => {
  it("reads all documents of all files and remembers where they stood", async () => {
    const other = rawRule({ rest: { id: "6d2f9a55-3f2f-4d0e-8f0c-0d7c2f8e4a1c", title: "Other" } });
    const folder = await packOf({ "a.yaml": `${stringify(rawRule())}---\n${stringify(other)}` });
    expect(await loadRulePack(folder)).toMatchObject([
      { title: "Sample", file: "a.yaml", pack: { name: "sample" } },
      { title: "Other", detection: { words: { "payload|contains": ["attack"] } } },
    ]);
  });

  it("lists every problem of every file", async () => {
    const problems = await problemsOf({
      "pack.yaml": "name: sample\nversion: one\ndescription: x\n",
      "a.yaml": "id: [\n",
      "b.yaml": stringify(rawRule({ rest: { level: "urgent" } })),
    });
    expect(problems).toEqual([
      'pack.yaml: version: got "one"; use major.minor.patch',
      expect.stringMatching(/^a\.yaml: .*; correct the YAML$/),
      'b.yaml: rule "Sample": level: got "urgent"; use one of informational, low, medium, high, critical',
    ]);
  });

  it.each([
    [{ rest: { levels: "low" } }, "levels: is not a known key; remove it or correct its spelling"],
    [
      { sentinel: { mode: "x" } },
      "sentinel.mode: is not a known key; remove it or correct its spelling",
    ],
    [{ sentinel: { confidence: 2 } }, "sentinel.confidence: got 2; use 0 to 1"],
    [
      { sentinel: { action: "drop" } },
      'sentinel.action: got "drop"; use one of tag, quarantine, deny',
    ],
    [{ rest: { id: "7" } }, 'id: got "7"; write a fresh UUID'],
    [{ rest: { tags: ["t1190"] } }, 'tags.0: got "t1190"; write a technique as attack.t1190'],
    [
      { sentinel: { examples: { match: ["a"], clean: ["b", "c"] } } },
      'sentinel.examples.match: got ["a"]; give at least 2 examples that match',
    ],
    [{ rest: { description: undefined } }, "description: got nothing; write text"],
  ])("says what is wrong with %j", async (sample, problem) => {
    expect(await problemsOfRule(rawRule(sample))).toEqual([`a.yaml: rule "Sample": ${problem}`]);
  });

  it("refuses a key with an unknown modifier", async () => {
    const detection = { words: { "payload|matches": "attack" }, condition: "words" };
    expect(await problemsOfRule(rawRule({ detection }))).toEqual([
      expect.stringContaining("detection.words.payload|matches: got"),
    ]);
  });

  it("refuses an id that is used twice", async () => {
    const text = stringify(rawRule());
    expect(await problemsOf({ "a.yaml": text, "b.yaml": text })).toEqual([
      expect.stringMatching(
        /^b\.yaml: rule "Sample": id: got .* which "Sample" has; write a fresh UUID$/,
      ),
    ]);
  });

  it("refuses a pack without manifest, without rules or without folder", async () => {
    expect(await problemsOf({ "pack.yaml": "" })).toEqual([
      "pack.yaml: document: got nothing; write a map of name, version and description",
    ]);
    expect(await problemsOf({})).toEqual([expect.stringContaining("got no rule")]);
    await expect(loadRulePack("/nowhere/rules")).rejects.toThrow("name a folder of rules");
  });

  it("refuses aliases that multiply", async () => {
    const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"];
    for (let i = 1; i < 6; i++)
      lines.push(
        `a${i}: &a${i} [${Array(10)
          .fill(`*a${i - 1}`)
          .join(", ")}]`,
      );
    expect(await problemsOf({ "a.yaml": lines.join("\n") })).toEqual([
      expect.stringMatching(/alias.*; correct the YAML$/i),
    ]);
  });
});
