import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { admittedFile } from "../app/inspector/patterns/admitted-at-build.ts";
import { loadRulePack } from "../app/inspector/patterns/load-pack.ts";
import { buildPage } from "./build-page.ts";
import { buildPublisher } from "./build-publisher.ts";
import { buildRules, markAdmitted } from "./build-rules.ts";

/**
 * Bundles each process: every folder of `app/` that has a `main.ts` becomes `dist/<folder>/main.js`.
 * What cannot be bundled (native code) is looked up in `node_modules` at run time. The publisher library
 * becomes an npm package.
 */
const root = join(import.meta.dirname, "..");
const processes = readdirSync(join(root, "app")).filter((folder) =>
  existsSync(join(root, "app", folder, "main.ts")),
);

/** Entries of threads, each beside the `main.js` of its process. */
const threads = {
  "console/index-worker": join(root, "app/console/device-index/index-worker.ts"),
  "inspector/matching-worker": join(root, "app/inspector/patterns/matching-worker.ts"),
};

await build({
  entryPoints: {
    ...Object.fromEntries(
      processes.map((name) => [`${name}/main`, join(root, "app", name, "main.ts")]),
    ),
    ...threads,
  },
  outdir: join(root, "dist"),
  bundle: true,
  platform: "node",
  target: "node22.18",
  format: "esm",
  sourcemap: "linked",
  external: ["re2"],
  // CommonJS packages in the bundle call require().
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
  logLevel: "warning",
});

/** What Node cannot ask the kernel, which is Linux's: elsewhere the gate says that it cannot look. */
if (process.platform === "linux") {
  const program = "report-gate/silent-lines";
  const flags = ["-O2", "-Wall", "-Wextra", "-Werror"];
  const [source, built] = [join(root, "app", `${program}.c`), join(root, "dist", program)];
  execFileSync("cc", [...flags, "-o", built, source], { stdio: "inherit" });
}

/** Rules and what they are admitted by; what they are only measured by stays here. */
const notShipped = /\.(ts|md|json)$|\/corpora\/(attacks|held-back)$/;
cpSync(join(root, "rules"), join(root, "dist/inspector/rules"), {
  recursive: true,
  filter: (source) => !notShipped.test(source),
});

const shipped = join(root, "dist/inspector/rules");
const rules = await loadRulePack(shipped);
const admitted = join(root, "dist/inspector", admittedFile);
for (const reason of await markAdmitted(rules, shipped, admitted)) {
  process.stderr.write(`rules: not admitted, inspectors measure them at each start: ${reason}\n`);
}
buildRules(rules, join(root, "dist/console/rules.json"));
await buildPublisher(join(root, "dist/publisher"));

const page = await buildPage(join(root, "dist/console/page"));
process.stdout.write(`page: ${Math.round(page.bytes / 1_000)} kB at first load, compressed\n`);
