import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { buildArguments, parseBaseImages, pinned } from "./bases.ts";

const root = join(import.meta.dirname, "../..");
const committed = parseBaseImages(readFileSync(join(root, "base-images.json"), "utf8"));
const digest = `sha256:${"a".repeat(64)}`;
const today = new Date("2026-03-01T12:00:00Z");
const at = (day: string) => pinned(committed, () => digest, new Date(day));

it("gives the Dockerfile both bases by digest, as they were pinned", () => {
  const [build, process] = buildArguments(at("2026-02-01"), today).trim().split("\n");
  expect(build).toBe(`BUILD_BASE=${committed.build.image}@${digest}`);
  expect(process).toBe(`PROCESS_BASE=${committed.process.image}@${digest}`);
});

it("refuses what is not pinned, is too old, or lies in the future, and says what to do", () => {
  const bare = { build: { image: "node:24.21-trixie" }, process: at("2026-02-01").process };
  expect(() => buildArguments(bare, today)).toThrow(/build is not pinned by digest: run `node/);
  expect(() => buildArguments(at("2026-01-14"), today)).toThrow(/pinned 46 days ago.*45 are/);
  expect(buildArguments(at("2026-01-15"), today)).toContain(digest);
  expect(() => buildArguments(at("2026-03-03"), today)).toThrow(/lies in the future/);
});

it("refuses what Docker says when it is no digest, and a tag that moves with one beside it", () => {
  expect(() => pinned(committed, () => "latest", today)).toThrow(/build.digest must be sha256/);
  const mixed = { ...committed, build: { image: `node:24@${digest}` } };
  expect(() => parseBaseImages(JSON.stringify(mixed))).toThrow(/build.image must be an image/);
  expect(() => parseBaseImages("{")).toThrow("it is not JSON");
  expect(() => parseBaseImages('{"build":{}}')).toThrow(/build.image.*process/);
});

it("names the tags that the Dockerfile is built on where nobody says otherwise", () => {
  const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8");
  const defaults = [...dockerfile.matchAll(/^ARG (\w+)_BASE=(\S+)$/gm)].map(([, stage, image]) => [
    stage?.toLowerCase(),
    image,
  ]);
  expect(Object.fromEntries(defaults)).toEqual({
    build: committed.build.image,
    process: committed.process.image,
  });
});

it("says what it can do to who asks", () => {
  const help = execFileSync(process.execPath, ["tools/base-images.ts", "--help"], {
    ...{ cwd: root, encoding: "utf8" },
  });
  expect(help).toMatch(/^Usage: node tools\/base-images\.ts/);
  expect(help).toMatch(/^ +pin +asks the registries/m);
});
