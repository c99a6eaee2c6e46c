import { configDefaults, defineConfig } from "vitest/config";

const chaos = "test/chaos/**/*.test.ts";
/** What is lost, or gone at the same time, in a first attempt a second one would hide. */
const counting = ["app/inspector/takeover.test.ts", "test/flow/edge-turns.test.ts"];
const all = "{app,infra,stacks,policy,local,rules,bench,test,tools}/**/*.test.ts";

/** What needs more than the set-up of the others, each with a `make` target of its own. */
const suites: Readonly<Record<string, readonly string[]>> = {
  charts: ["infra/charts/**/*.test.ts", "test/charts/**/*.test.ts"],
  providers: ["test/providers/**/*.test.ts"],
};
const suite = process.env["TEST_SUITE"] ?? "";
const own = suites[suite];

const project = (
  name: string,
  include: readonly string[],
  not: readonly string[],
  retry: number,
) => ({
  extends: true as const,
  test: {
    name,
    include: [...include],
    exclude: [...configDefaults.exclude, ...not],
    retry,
  },
});

export default defineConfig({
  test: {
    // Servers are started for real: a cluster on a busy machine takes its time.
    testTimeout: 480_000,
    hookTimeout: 480_000,
    // Most of a test on real servers is waiting; more than two at a time would starve each other.
    maxWorkers: 2,
    // A preview on real providers is nothing but work: more of them at a time would all be late.
    ...(suite === "providers" && { maxConcurrency: 2 }),
    // A case on real servers may meet on a busy machine what it does not speak of: it gets a second
    // attempt, and is named at the end. What is lost in chaos is lost.
    projects: own
      ? [project(suite, own, [], 0)]
      : [
          project("chaos", [chaos], [], 0),
          project("counting", counting, [], 0),
          project("rest", [all], ["test/{charts,providers}/**", chaos, ...counting], 1),
        ],
  },
});
