import type { Readable } from "node:stream";
import type { Variables } from "./operator-settings.ts";
import type { Messages, Output } from "./output.ts";

/** What a command is given besides its arguments. */
export interface CommandContext {
  readonly variables: Variables;
  /** Where they come from, in words. */
  readonly origin: string;
  /** Results. */
  readonly output: Output;
  /** Progress and complaints: standard error. */
  readonly messages: Messages;
  readonly stdin: Readable;
}

/** Runs a command to its end; resolves with the exit code. */
export type RunCommand = (
  command: (context: CommandContext) => Promise<number>,
  options: { envFile?: string; verbose?: boolean },
) => Promise<void>;
