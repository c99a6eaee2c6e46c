import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{app,infra,stacks,policy,local,rules,bench,test,tools}/**/*.test.ts"],
    // Servers are started for real: a cluster on a busy machine takes its time.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    // Most of a test on real servers is waiting; more than two at a time would starve each other.
    maxWorkers: 2,
  },
});
