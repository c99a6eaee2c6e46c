import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { buildArguments, parseBaseImages, pinned } from "./base-images/bases.ts";

const path = join(import.meta.dirname, "../base-images.json");

/** By Docker, which knows how to ask any registry. */
const digestOf = (image: string): string =>
  execFileSync(
    "docker",
    ["buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", image],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  ).trim();

const bases = () => parseBaseImages(readFileSync(path, "utf8"));

const program = new Command("node tools/base-images.ts")
  .description("Prints what our images are built on, by digest, as arguments of `docker build`.")
  .action(() => {
    process.stdout.write(buildArguments(bases(), new Date()));
  });
program
  .command("pin")
  .description("asks the registries what these tags are today, and writes it into base-images.json")
  .action(() => {
    writeFileSync(path, `${JSON.stringify(pinned(bases(), digestOf, new Date()), null, 2)}\n`);
    process.stderr.write("base-images.json: pinned; look at the difference and commit it\n");
  });

try {
  program.parse();
} catch (error) {
  process.stderr.write(`base-images.json: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
