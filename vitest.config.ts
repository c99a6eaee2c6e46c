import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{app,infra,stacks,policy,local,rules,bench,test,tools}/**/*.test.ts"],
    // Servers are started for real: a cluster on a busy machine takes its time.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // Two clusters side by side on two cores would measure each other.
    fileParallelism: false,
  },
});
