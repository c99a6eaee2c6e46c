import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import ts from "typescript";

const source = join(import.meta.dirname, "../app/publisher");

/** What its users see; of what they do not, no type is needed. */
const declared = ["publisher", "publisher-options", "publisher-error"];

function declarationOf(file: string): string {
  const { outputText } = ts.transpileDeclaration(readFileSync(file, "utf8"), {
    fileName: file,
    compilerOptions: { target: ts.ScriptTarget.ES2024, isolatedDeclarations: true },
  });
  return outputText.replaceAll(/(from "\.\/[\w-]+)\.ts"/g, '$1.js"');
}

/** Makes the npm package of the publisher library: one file, which needs `mqtt` alone. */
export async function buildPublisher(directory: string): Promise<void> {
  await build({
    entryPoints: { publisher: join(source, "publisher.ts") },
    outdir: directory,
    bundle: true,
    platform: "node",
    target: "node22.18",
    format: "esm",
    external: ["mqtt"],
    logLevel: "warning",
  });
  const manifest = JSON.parse(readFileSync(join(source, "package.json"), "utf8"));
  for (const name of declared) {
    writeFileSync(join(directory, `${name}.d.ts`), declarationOf(join(source, `${name}.ts`)));
  }
  const entry = { types: "./publisher.d.ts", default: "./publisher.js" };
  const packed = { ...manifest, exports: { ".": entry } };
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(packed, null, 2)}\n`);
  cpSync(join(source, "README.md"), join(directory, "README.md"));
}
