import { existsSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { type RegionName, regionNames } from "../app/contract/regions.ts";
import type { Engine, Outcome } from "./engine/engine.ts";
import { findCommit, openBaseline } from "./preview/baseline.ts";
import { PreviewFailed } from "./preview/preview-failed.ts";
import { readable } from "./preview/show.ts";
import { countsOf, summaryTable } from "./preview/summary.ts";

/**
 * What the working tree would change in all three stacks, compared with a commit, without a cloud
 * account: the real Pulumi engine on stand-in providers.
 */
interface Options {
  readonly base?: string;
  readonly stack?: readonly RegionName[];
  readonly json?: boolean;
  readonly policy?: boolean;
}

const say = (line: string) => process.stderr.write(`[preview] ${line}\n`);
const colours = process.stdout.isTTY === true && !process.env["NO_COLOR"];

const program = new Command("preview")
  .description("Shows what the working tree would change in the stacks. Needs no cloud account.")
  .option("--base <commit>", "what is deployed (default: the last commit on main)")
  .addOption(new Option("--stack <name...>", "only these stacks").choices([...regionNames]))
  .option("--policy", "check the policy pack as well")
  .option("--json", "print steps and counts as JSON")
  .action(run);

async function run(options: Options): Promise<void> {
  if (!existsSync(join(import.meta.dirname, "../.tools/bin/pulumi"))) {
    throw new PreviewFailed("pulumi is not in .tools/bin; run tools/bootstrap-engine.sh first");
  }
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort(new PreviewFailed("interrupted")));
  // A pager that was left early reads no more.
  process.stdout.on("error", () => abort.abort(new PreviewFailed("nobody reads on")));
  const commit = findCommit(options.base);
  const { signal } = abort;
  const { engine, standing } = await openBaseline(commit, { stacks: regionNames, say, signal });
  try {
    const name = `${commit.name} (${commit.id.slice(0, 12)})`;
    if (!standing) say(`${name} has no Pulumi.yaml: everything will be shown as created`);
    const chosen = regionNames.filter((stack) => options.stack?.includes(stack) ?? true);
    const work = { engine, options, signal, standing };
    const outcomes = standing ? previews(work, chosen) : firstPreviews(work, chosen);
    await show(await collect(outcomes, options), name, options);
  } finally {
    engine.close();
  }
}

interface Work {
  readonly engine: Engine;
  /** Whether there is something to compare with. */
  readonly standing: boolean;
  readonly options: Options;
  readonly signal: AbortSignal;
}
type Pending = readonly [stack: RegionName, outcome: Promise<Outcome>];

async function previewOf(work: Work, stack: RegionName): Promise<Outcome> {
  const { engine, options, signal, standing } = work;
  const run = {
    stack,
    signal,
    options: [
      ...["--color", colours && !options.json ? "always" : "never"],
      // Where everything is new, a line for each resource says more than all their properties.
      ...(standing ? ["--diff"] : []),
      ...(options.policy ? ["--policy-pack", "policy"] : []),
    ],
  };
  const outcome = await engine.preview(run);
  // Traces cost time in every run and are of use only where something went wrong.
  return outcome.ok ? outcome : engine.preview({ ...run, traces: true });
}

/** All at the same time: a preview only reads. */
const previews = (work: Work, stacks: readonly RegionName[]): Pending[] =>
  stacks.map((stack) => [stack, previewOf(work, stack)]);

/** One after the other, each stood up afterwards, since the next one refers to it. */
function firstPreviews(work: Work, chosen: readonly RegionName[]): Pending[] {
  let before: Promise<unknown> = Promise.resolve();
  const last = regionNames.indexOf(chosen.at(-1) ?? "us-east");
  return regionNames.slice(0, last + 1).flatMap((stack, index): Pending[] => {
    const outcome = before.then(() => previewOf(work, stack));
    before = outcome.then(({ ok }) =>
      ok && index < last ? work.engine.up({ stack, signal: work.signal }) : undefined,
    );
    before.catch(() => {});
    return chosen.includes(stack) ? [[stack, outcome]] : [];
  });
}

async function collect(pending: readonly Pending[], { json }: Options) {
  // Awaited in turn below; one that is aborted earlier must not count as unhandled.
  for (const [, outcome] of pending) outcome.catch(() => {});
  const results = [];
  for (const [stack, promise] of pending) {
    const outcome = await promise;
    if (!json) process.stdout.write(`${readable(outcome.output)}\n\n`);
    results.push({ stack, outcome });
  }
  return results;
}

async function show(
  results: readonly { stack: RegionName; outcome: Outcome }[],
  base: string,
  { json }: Options,
): Promise<void> {
  const summaries = results.map(({ stack, outcome }) => ({
    stack,
    ok: outcome.ok,
    counts: countsOf(outcome.steps),
  }));
  if (json) {
    const stacks = results.map(({ outcome: { steps, diagnostics } }, index) => ({
      ...summaries[index],
      steps: steps.filter(({ operation }) => operation !== "same" && operation !== "read"),
      diagnostics,
    }));
    process.stdout.write(`${JSON.stringify({ base, stacks }, null, 2)}\n`);
  } else {
    process.stdout.write(`${summaryTable(summaries, colours)}\n`);
    process.stdout.write(
      `Working tree compared with ${base}, on stand-ins for the providers of AWS and Kubernetes.\n`,
    );
  }
  if (summaries.some(({ ok }) => !ok)) process.exitCode = 1;
}

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof PreviewFailed)) throw error;
  say(error.message);
  process.exitCode = 1;
}
