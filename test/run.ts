/**
 * Runs the tests and ends with the plain line `N passed, N failed`. Arguments are vitest's own
 * file filters: `node test/run.ts app/bridge`.
 */
import { startVitest } from "vitest/node";

const vitest = await startVitest("test", process.argv.slice(2), { watch: false });
const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
const count = (state: string) => tests.filter((test) => test.result().state === state).length;
// A file that could not be loaded has no tests that could fail.
const broken = vitest.state.getTestModules().filter((module) => module.errors().length > 0).length;
const errors = vitest.state.getUnhandledErrors().length;
await vitest.close();

const failed = count("failed") + broken + errors;
const skipped = count("skipped");
process.stdout.write(
  `${count("passed")} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
);
process.exit(failed > 0 || count("passed") === 0 ? 1 : 0);
