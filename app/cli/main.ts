import { inspect } from "node:util";
import { CommanderError } from "commander";
import type { RunCommand } from "./command-context.ts";
import { OperatorError, sentenceOf } from "./operator-error.ts";
import { loadVariables } from "./operator-settings.ts";
import { linesIn, Messages, Output, OutputClosed } from "./output.ts";
import { createProgram } from "./program.ts";

const output = new Output(process.stdout);
const messages = new Messages(process.stderr);

/** Told with what failed: settings that were found by themselves may be none that were meant. */
let usedFile: string | undefined;

const run: RunCommand = async (command, { envFile, verbose }) => {
  const { variables, origin, file } = loadVariables({
    envFile,
    environment: process.env,
    directory: process.cwd(),
  });
  if (file !== undefined) usedFile = origin;
  if (verbose) messages.line(`settings: ${origin}`);
  const { stdin } = process;
  process.exitCode = await command({ variables, origin, output, messages, stdin });
};

function exitCodeOf(error: unknown): number {
  // Commander has told what is wrong already; its own code for that is 1.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof OutputClosed) return 0;
  const settings = usedFile === undefined ? "" : `; settings came from ${usedFile}`;
  messages.line(`sentinel: ${sentenceOf(error)}${settings}`);
  if (!(error instanceof OperatorError) && process.env["SENTINEL_DEBUG"]) {
    for (const line of linesIn(inspect(error))) messages.line(line);
  }
  return 1;
}

try {
  await createProgram(run, { output, messages }).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
await output.flushed();
await messages.flushed();
// Sockets of what was probed may linger; there is nothing to wait for.
process.exit();
