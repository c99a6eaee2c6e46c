import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type Engine, openEngine } from "../engine/engine.ts";
import { PreviewFailed } from "./preview-failed.ts";

const repository = join(import.meta.dirname, "../..");
/** Baselines that are kept; the least recently used go. */
const keep = 5;

export interface Commit {
  readonly id: string;
  /** As the user or the default named it. */
  readonly name: string;
}

export interface Baseline {
  readonly engine: Engine;
  /** False when the commit has no infrastructure: then nothing stands and everything is new. */
  readonly standing: boolean;
}

function git(...words: string[]): string | undefined {
  const { status, stdout } = spawnSync("git", words, { cwd: repository, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}

/** The commit to compare with: `wanted`, otherwise the last one on main. */
export function findCommit(wanted: string | undefined): Commit {
  for (const name of wanted === undefined ? ["main", "origin/main"] : [wanted]) {
    const id = git("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
    if (id) return { id, name };
  }
  const looked = wanted === undefined ? "main or origin/main" : wanted;
  throw new PreviewFailed(`no commit is called ${looked}; name one with --base`);
}

/** Stand-ins that behave otherwise would have made another baseline. */
function standInVersion(): string {
  const hash = createHash("sha256");
  for (const file of globSync("tools/engine/**/*.ts", { cwd: repository }).sort()) {
    if (!file.endsWith(".test.ts")) hash.update(readFileSync(join(repository, file)));
  }
  return hash
    .update(readFileSync(join(repository, "package-lock.json")))
    .digest("hex")
    .slice(0, 8);
}

/** The files of a commit, with this checkout's packages. */
function extract(commit: Commit, tree: string): void {
  mkdirSync(tree, { recursive: true });
  const archive = join(tree, "..", "tree.tar");
  const made = git("archive", "--format=tar", `--output=${archive}`, commit.id);
  const { status } = spawnSync("tar", ["-xf", archive, "-C", tree]);
  rmSync(archive, { force: true });
  if (made === undefined || status !== 0) {
    throw new PreviewFailed(`could not take the files of ${commit.name} out of git`);
  }
  symlinkSync(join(repository, "node_modules"), join(tree, "node_modules"));
}

function forgetOld(directory: string, current: string): void {
  const others = readdirSync(directory)
    .filter((name) => name !== current)
    .sort((a, b) => statSync(join(directory, b)).mtimeMs - statSync(join(directory, a)).mtimeMs);
  for (const name of others.slice(keep - 1)) {
    rmSync(join(directory, name), { recursive: true, force: true });
  }
}

export interface BaselineOptions {
  readonly stacks: readonly string[];
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Stands up what a commit describes, in a stand-in cloud under `.local/preview`. Done once for a
 * commit: the next time it is there already.
 *
 * @throws PreviewFailed when the commit's own infrastructure does not come up.
 */
export async function openBaseline(commit: Commit, options: BaselineOptions): Promise<Baseline> {
  if (git("cat-file", "-e", `${commit.id}:Pulumi.yaml`) === undefined) {
    return { engine: openEngine(), standing: false };
  }
  const parent = join(repository, ".local/preview");
  const name = `${commit.id.slice(0, 12)}-${standInVersion()}`;
  const directory = join(parent, name);
  const complete = join(directory, "complete");
  if (existsSync(complete)) {
    utimesSync(directory, new Date(), new Date());
    return { engine: openEngine(join(directory, "engine")), standing: true };
  }
  rmSync(directory, { recursive: true, force: true });
  const tree = join(directory, "tree");
  extract(commit, tree);
  const engine = openEngine(join(directory, "engine"));
  for (const stack of options.stacks) {
    options.say(`standing up ${stack} as of ${commit.name} (once per commit)`);
    const outcome = await engine.up({ stack, root: tree, signal: options.signal });
    if (!outcome.ok) {
      throw new PreviewFailed(`${stack} as of ${commit.name} does not come up:\n${outcome.output}`);
    }
  }
  engine.save();
  writeFileSync(complete, "");
  forgetOld(parent, name);
  return { engine, standing: true };
}
