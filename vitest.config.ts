import { configDefaults, defineConfig } from "vitest/config";

/** What needs more than the set-up of the others, and has a `make` target of its own. */
const providers = "test/providers/**/*.test.ts";
const onProviders = process.env["TEST_SUITE"] === "providers";

export default defineConfig({
  test: {
    include: onProviders
      ? [providers]
      : ["{app,infra,stacks,policy,local,rules,bench,test,tools}/**/*.test.ts"],
    exclude: [...configDefaults.exclude, ...(onProviders ? [] : [providers])],
    // Servers are started for real: a cluster on a busy machine takes its time.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // Most of a test on real servers is waiting; more than two at a time would starve each other.
    maxWorkers: 2,
  },
});
