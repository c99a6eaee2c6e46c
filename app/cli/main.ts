import { CommanderError } from "commander";
import type { RunCommand } from "./command-context.ts";
import { OperatorError, sentenceOf } from "./operator-error.ts";
import { loadVariables } from "./operator-settings.ts";
import { Output, OutputClosed } from "./output.ts";
import { createProgram } from "./program.ts";

const output = new Output(process.stdout);
process.stderr.on("error", () => {});

const run: RunCommand = async (command, { envFile }) => {
  const variables = loadVariables({
    envFile,
    environment: process.env,
    directory: process.cwd(),
  });
  const { stdin, stderr: messages } = process;
  process.exitCode = await command({ variables, output, messages, stdin });
};

function exitCodeOf(error: unknown): number {
  // Commander has told what is wrong already; its own code for that is 1.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof OutputClosed) return 0;
  process.stderr.write(`sentinel: ${sentenceOf(error)}\n`);
  if (!(error instanceof OperatorError) && process.env["SENTINEL_DEBUG"]) console.error(error);
  return 1;
}

try {
  await createProgram(run).parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
await output.flushed();
await new Promise((resolve) => process.stderr.write("", resolve));
// Sockets of what was probed may linger; there is nothing to wait for.
process.exit();
