import type { DeadLetterReason } from "../../contract/dead-letter.ts";
import type { DeadLetter } from "../../dead-letters/dead-letter.ts";
import { letterView } from "../../dead-letters/letter-view.ts";
import { letterAt, newestLetters } from "../../dead-letters/newest-letters.ts";
import { contentView } from "../../quarantine/held-view.ts";
import { printable } from "../../shared/printable.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";
import { writeContent } from "../stored-content.ts";

export interface LetterListArguments {
  readonly client?: string;
  readonly reason?: DeadLetterReason;
  /** Sequence before which the list begins. */
  readonly before?: number;
  readonly limit: number;
  readonly json: boolean;
}

const widths = { sequence: 10, time: 26, stage: 11, reason: 19, size: 9 };
const topicLimit = 120;
const progressEvery = 1_000;

const head =
  "SEQUENCE".padEnd(widths.sequence) +
  "REFUSED AT".padEnd(widths.time) +
  "BY".padEnd(widths.stage) +
  "REASON".padEnd(widths.reason) +
  "BYTES".padEnd(widths.size) +
  "TOPIC";

function lineOf(letter: DeadLetter): string {
  const { sequence, time, stage, reason, size, topic } = letterView(letter);
  return (
    String(sequence).padEnd(widths.sequence) +
    time.padEnd(widths.time) +
    `${stage} `.padEnd(widths.stage) +
    `${reason} `.padEnd(widths.reason) +
    String(size).padEnd(widths.size) +
    printable(topic, topicLimit)
  );
}

/** Prints as many as are wanted, the newest first. */
export function listLetters(
  context: CommandContext,
  options: LetterListArguments,
): Promise<number> {
  const { client, reason, before, limit, json } = options;
  const { output, messages } = context;
  const isWanted = (letter: DeadLetter) =>
    (client === undefined || letter.clientId === client) &&
    (reason === undefined || letter.reason === reason);
  return withNats(context.variables, async (connection) => {
    if (!json) await output.line({ format: "bold", text: head });
    let [shown, looked] = [0, 0];
    for await (const letter of newestLetters(connection, before)) {
      looked++;
      if (looked % progressEvery === 0) messages.draw(`${looked} looked at`);
      if (!isWanted(letter)) continue;
      messages.erase();
      if (shown === limit) {
        messages.line(`there are older ones: go on with --before ${letter.sequence + 1}`);
        break;
      }
      shown++;
      if (json) await output.json(JSON.stringify(letterView(letter)));
      else await output.line(lineOf(letter));
    }
    messages.erase();
    return 0;
  });
}

/** @returns 1 when there is none. */
export function showLetter(
  context: CommandContext,
  { sequence, json }: { readonly sequence: number; readonly json: boolean },
): Promise<number> {
  const { output, messages } = context;
  return withNats(context.variables, async (connection) => {
    const letter = await letterAt(connection, sequence);
    if (!letter) {
      messages.line(`DEAD_LETTER has no message ${sequence}`);
      return 1;
    }
    const facts = letterView(letter);
    if (json) await output.json(JSON.stringify({ ...facts, ...contentView(letter) }));
    else await writeContent(output, facts, letter.data);
    return 0;
  });
}
