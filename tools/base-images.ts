/**
 * `node tools/base-images.ts`: what our images are built on, by digest, for `docker build`.
 * `node tools/base-images.ts pin`: asks the registries what these tags are today, and writes it down.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BaseImagesInvalid, buildArguments, parseBaseImages, pinned } from "./base-images/bases.ts";

const path = join(import.meta.dirname, "../base-images.json");

/** By Docker, which knows how to ask any registry. */
const digestOf = (image: string): string =>
  execFileSync(
    "docker",
    ["buildx", "imagetools", "inspect", "--format", "{{.Manifest.Digest}}", image],
    { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] },
  ).trim();

function run(command: string | undefined): void {
  const bases = parseBaseImages(readFileSync(path, "utf8"));
  if (command === "pin") {
    writeFileSync(path, `${JSON.stringify(pinned(bases, digestOf, new Date()), null, 2)}\n`);
    process.stderr.write(`base-images.json: pinned; look at the difference and commit it\n`);
    return;
  }
  if (command !== undefined) throw new BaseImagesInvalid(`there is no command ${command}, but pin`);
  process.stdout.write(buildArguments(bases, new Date()));
}

try {
  run(process.argv[2]);
} catch (error) {
  process.stderr.write(`base-images.json: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
