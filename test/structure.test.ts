import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "..");
const imported = /\bfrom "([^"]+)"/g;

/** Paths, from the root, of what each source file of a folder imports from this project. */
function importsOf(folder: string): readonly { readonly file: string; readonly path: string }[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name))
    .flatMap((file) =>
      [...readFileSync(join(root, file), "utf8").matchAll(imported)]
        .map(([, specifier = ""]) => specifier)
        .filter((specifier) => specifier.startsWith("."))
        .map((specifier) => ({ file, path: join(file, "..", specifier) })),
    );
}

it.each(["app", "infra"])("%s knows nothing of the local region", (folder) => {
  expect(importsOf(folder).filter(({ path }) => path.startsWith("local/"))).toEqual([]);
});

it("what runs in the images knows nothing of the infrastructure", () => {
  const sources = importsOf("app").filter(({ file }) => !/\.(test|fixture)\.ts$/.test(file));
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.filter(({ path }) => /^(infra|stacks|test)\//.test(path))).toEqual([]);
});

/** The files that write to standard output or error themselves, all of them through `printable`. */
const writers = ["app/cli/main.ts", "app/provision/main.ts", "app/shared/lifecycle.ts"];

it("what strangers wrote has no other way out than those that make it printable", () => {
  const sources = readdirSync(join(root, "app"), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.ts$/.test(name) && !/\.(test|fixture)\.ts$/.test(name))
    .map((name) => join("app", name))
    .map((file) => ({ file, text: readFileSync(join(root, file), "utf8") }));
  const having = (pattern: RegExp) =>
    sources.flatMap(({ file, text }) => (pattern.test(text) ? [file] : [])).sort();

  expect(having(/process\.std(out|err)|\bconsole\.(log|error|warn|info|debug)/)).toEqual(writers);
  expect(having(/\bstream\.write\(|#stream\.write\(/)).toEqual(["app/cli/output.ts"]);
  expect(having(/^import \{[^}]*\bpino\b[^}]*\} from "pino"/m)).toEqual(["app/shared/log.ts"]);
  for (const { file, text } of sources) {
    if (!writers.includes(file)) continue;
    const written = text.match(/process\.std(?:out|err)\.write\([^;]*;/g) ?? [];
    expect([file, written.filter((call) => !call.includes("printableLines("))]).toEqual([file, []]);
  }
});

describe("what is promised about alerts that come twice", () => {
  const rows = readFileSync(join(root, "docs/delivery.md"), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| What happens"))
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "")));
  const unpromised = "nothing is promised that a test could see";

  it("is a table", () => expect(rows.length).toBeGreaterThan(30));

  it.each(rows)("is tested: %s", (_what, _then, tests = "") => {
    const named = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = ""]) => path);
    if (tests !== unpromised) expect(named).not.toEqual([]);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });
});
