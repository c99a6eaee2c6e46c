import { randomUUID } from "node:crypto";
import type { DecisionAction, DecisionOutcome } from "../../contract/quarantine-decision.ts";
import { decisionBatch } from "../../contract/quarantine-decision.ts";
import {
  type AskedDecisions,
  type Decided,
  DecisionsUnavailable,
} from "../../quarantine/ask-decisions.ts";
import {
  askPatiently,
  decideMatching,
  noOutcomes,
  quarantineEnd,
} from "../../quarantine/decide-matching.ts";
import type { HeldMessage } from "../../quarantine/held-message.ts";
import { heldAt } from "../../quarantine/quarantine.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { CommandContext } from "../command-context.ts";
import { confirm } from "../confirm.ts";
import { withNats } from "../nats-session.ts";
import { OperatorError } from "../operator-error.ts";
import { operatorName } from "../operator-settings.ts";
import { OutputClosed } from "../output.ts";

export interface DecideArguments {
  readonly action: DecisionAction;
  /** Empty: all that match. */
  readonly sequences: readonly number[];
  readonly client?: string;
  readonly rule?: string;
  readonly after: number;
  readonly reason: string;
  readonly operation?: string;
  /** Nothing is asked. */
  readonly yes: boolean;
}

const words = {
  release: { question: "Deliver", done: "released", other: "dropped" },
  drop: { question: "Never deliver", done: "dropped", other: "released" },
} as const;

/** What became of one message, in words. */
function toldOf(action: DecisionAction, outcome: DecisionOutcome): string {
  const { done, other } = words[action];
  return {
    decided: done,
    unchanged: `was ${done} before`,
    refused: `was ${other} before, or its release was begun`,
    unknown: "is not in QUARANTINE any more",
    unfinished: "is not finished; repeat it",
    uncertain:
      "may have been delivered when its release was begun; the stream does not go back so far, so it is not delivered again",
  }[outcome];
}

/** Has a decision made about the named messages or all that match. @returns 1 unless all is done. */
export async function decideHeldMessages(
  context: CommandContext,
  options: DecideArguments,
): Promise<number> {
  const { action, sequences, reason, client, rule } = options;
  const { question } = words[action];
  const which =
    sequences.length > 0
      ? `message ${sequences.join(", ")}`
      : `every held message${client ? ` of ${client}` : ""}${rule ? ` that ${rule} held` : ""}`;
  if (!options.yes) await confirm(context, `${question} ${which}?`);
  const operation = options.operation ?? randomUUID();
  context.messages.line(`operation ${operation}`);
  const actor = operatorName(context.variables);
  const asked: AskedDecisions = { asker: "operator", action, operation, actor, reason };
  try {
    return await withNats(context.variables, (connection) =>
      sequences.length > 0
        ? decideNamed(context, { connection, asked }, sequences)
        : decideAll(context, { connection, asked }, options),
    );
  } catch (error) {
    if (!(error instanceof DecisionsUnavailable)) throw error;
    const { message } = error;
    throw new OperatorError(`${message}; go on later with --operation ${operation}`, {
      cause: error,
    });
  }
}

interface Asking {
  readonly connection: NatsConnection;
  readonly asked: AskedDecisions;
}

async function decideNamed(
  context: CommandContext,
  { connection, asked }: Asking,
  sequences: readonly number[],
): Promise<number> {
  let failures = 0;
  const found: HeldMessage[] = [];
  for (const sequence of new Set(sequences)) {
    const message = await heldAt(connection, sequence);
    if (message) found.push(message);
    else {
      failures++;
      context.messages.line(`${sequence}: ${toldOf(asked.action, "unknown")}`);
    }
  }
  found.sort((a, b) => a.sequence - b.sequence);
  for (let at = 0; at < found.length; at += decisionBatch) {
    const decided = await askPatiently(connection, asked, found.slice(at, at + decisionBatch));
    for (const each of decided) if (!(await tell(context, asked.action, each))) failures++;
  }
  return failures > 0 ? 1 : 0;
}

/** @returns whether it is as it was wanted. Decisions go on when nobody listens any more. */
async function tell(
  { output, messages }: CommandContext,
  action: DecisionAction,
  { message: { sequence }, outcome }: Decided,
): Promise<boolean> {
  const line = `${sequence}: ${toldOf(action, outcome)}`;
  if (outcome !== "decided" && outcome !== "unchanged") {
    messages.line(line);
    return false;
  }
  await output.line(line).catch((error) => {
    if (!(error instanceof OutputClosed)) throw error;
  });
  return true;
}

async function decideAll(
  { output, messages }: CommandContext,
  { connection, asked }: Asking,
  { client, rule, after }: Pick<DecideArguments, "client" | "rule" | "after">,
): Promise<number> {
  const counts = noOutcomes();
  const upTo = await quarantineEnd(connection);
  const matching = { filter: { client, rule }, after, upTo };
  for await (const { decided } of decideMatching(connection, asked, matching)) {
    for (const { outcome } of decided) counts[outcome]++;
    messages.draw(`${counts.decided} ${words[asked.action].done}`);
  }
  messages.erase();
  const { decided, unchanged, ...open } = counts;
  const told = Object.entries(open).flatMap(([outcome, count]) =>
    count > 0 ? [`${count} ${toldOf(asked.action, outcome as DecisionOutcome)}`] : [],
  );
  const done = `${decided} ${words[asked.action].done}`;
  const before = unchanged > 0 ? [`${unchanged} before`] : [];
  await output.line([done, ...before, ...told].join("; "));
  return told.length > 0 ? 1 : 0;
}
