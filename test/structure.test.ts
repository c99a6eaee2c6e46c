import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

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
