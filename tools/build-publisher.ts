import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const source = join(import.meta.dirname, "../app/publisher");

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
  const packed = { ...manifest, exports: { ".": "./publisher.js" } };
  writeFileSync(join(directory, "package.json"), `${JSON.stringify(packed, null, 2)}\n`);
  cpSync(join(source, "README.md"), join(directory, "README.md"));
}
