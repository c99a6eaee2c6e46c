/**
 * Runs the tests and ends with the plain line `N passed, N failed`, before it what failed and what
 * passed at the second attempt only, by name. Arguments are vitest's own file filters:
 * `node test/run.ts app/bridge`.
 */
import { startVitest } from "vitest/node";

const vitest = await startVitest("test", process.argv.slice(2), { watch: false });
const modules = vitest.state.getTestModules();
const tests = modules.flatMap((module) => [...module.children.allTests()]);
const inState = (state: string) => tests.filter((test) => test.result().state === state);
// A file that could not be loaded, or whose set-up failed, has tests that did not run.
const broken = modules.filter((module) => module.errors().length > 0);
const suites = modules.flatMap((module) => [...module.children.allSuites()]);
const unready = suites.filter((suite) => suite.errors().length > 0);
const errors = vitest.state.getUnhandledErrors().length;
await vitest.close();

interface Named {
  readonly module: { readonly relativeModuleId: string };
  readonly fullName: string;
}
const nameOf = ({ module, fullName }: Named) => `${module.relativeModuleId} > ${fullName}`;
const list = (heading: string, names: readonly string[]) => {
  for (const name of names) process.stdout.write(`${heading}: ${name}\n`);
};
const failedTests = inState("failed");
list("at the second attempt", tests.filter((test) => test.diagnostic()?.flaky).map(nameOf));
list("failed", [
  ...broken.map((module) => module.relativeModuleId),
  ...[...unready, ...failedTests].map(nameOf),
]);

const failed = failedTests.length + broken.length + unready.length + errors;
const skipped = inState("skipped").length;
process.stdout.write(
  `${inState("passed").length} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
);
process.exit(failed > 0 || inState("passed").length === 0 ? 1 : 0);
