import { configDefaults, defineConfig } from "vitest/config";

/** What needs more than the set-up of the others, and has a `make` target of its own. */
const providers = "test/providers/**/*.test.ts";
const chaos = "test/chaos/**/*.test.ts";
const all = "{app,infra,stacks,policy,local,rules,bench,test,tools}/**/*.test.ts";

const project = (name: string, include: string, not: readonly string[], retry: number) => ({
  extends: true as const,
  test: { name, include: [include], exclude: [...configDefaults.exclude, ...not], retry },
});

export default defineConfig({
  test: {
    // Servers are started for real: a cluster on a busy machine takes its time.
    testTimeout: 480_000,
    hookTimeout: 480_000,
    // Most of a test on real servers is waiting; more than two at a time would starve each other.
    maxWorkers: 2,
    // A case on real servers may meet on a busy machine what it does not speak of: it gets a second
    // attempt, and is named at the end. What is lost in chaos is lost.
    projects:
      process.env["TEST_SUITE"] === "providers"
        ? [project("providers", providers, [], 0)]
        : [project("chaos", chaos, [], 0), project("rest", all, [providers, chaos], 1)],
  },
});
