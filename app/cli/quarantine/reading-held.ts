import type { HeldState } from "../../contract/quarantine-decision.ts";
import type { HeldMessage } from "../../quarantine/held-message.ts";
import { contentView, heldView } from "../../quarantine/held-view.ts";
import { heldAt, heldPage } from "../../quarantine/quarantine.ts";
import { printable } from "../../shared/printable.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";
import { writeContent } from "../stored-content.ts";

export interface HeldListArguments {
  readonly client?: string;
  readonly rule?: string;
  readonly state?: HeldState;
  /** Sequence after which the list begins. */
  readonly after: number;
  readonly limit?: number;
  readonly json: boolean;
}

const widths = { sequence: 10, time: 25, state: 11, origin: 10, client: 32, size: 9 };
const pageSize = 100;
const ruleLimit = 120;

const head =
  "SEQUENCE".padEnd(widths.sequence) +
  "HELD AT".padEnd(widths.time) +
  "STATE".padEnd(widths.state) +
  "ORIGIN".padEnd(widths.origin) +
  "CLIENT".padEnd(widths.client) +
  "BYTES".padEnd(widths.size) +
  "RULES";

function lineOf(message: HeldMessage): string {
  const { sequence, time, state, origin, clientId, size, rules } = heldView(message);
  return (
    String(sequence).padEnd(widths.sequence) +
    time.padEnd(widths.time) +
    state.padEnd(widths.state) +
    origin.padEnd(widths.origin) +
    `${clientId.padEnd(widths.client - 1)} ` +
    String(size).padEnd(widths.size) +
    printable(rules.join(","), ruleLimit)
  );
}

/** Prints page by page, so that any number of messages can be listed. */
export function listHeld(context: CommandContext, options: HeldListArguments): Promise<number> {
  const { client, rule, state, json, limit = Number.POSITIVE_INFINITY } = options;
  const { output, messages } = context;
  return withNats(context.variables, async (connection) => {
    if (!json) await output.line({ format: "bold", text: head });
    let left = limit;
    let after: number | undefined = options.after;
    while (after !== undefined && left > 0) {
      const most = Math.min(left, pageSize);
      const page = await heldPage(connection, { client, rule, state }, { after, limit: most });
      for (const message of page.messages) {
        if (json) await output.json(JSON.stringify(heldView(message)));
        else await output.line(lineOf(message));
      }
      left -= page.messages.length;
      after = page.next;
    }
    if (after !== undefined) messages.line(`there may be more: go on with --after ${after}`);
    return 0;
  });
}

/** @returns 1 when there is none. */
export function showHeld(
  context: CommandContext,
  { sequence, json }: { readonly sequence: number; readonly json: boolean },
): Promise<number> {
  const { output, messages } = context;
  return withNats(context.variables, async (connection) => {
    const message = await heldAt(connection, sequence);
    if (!message) {
      messages.line(`QUARANTINE has no message ${sequence}`);
      return 1;
    }
    const facts = heldView(message);
    if (json) {
      await output.json(JSON.stringify({ ...facts, ...contentView(message) }));
      return 0;
    }
    const { decision, rules, ...rest } = facts;
    const lines = { ...rest, rules: rules.join(",") || "-", ...prefixed(decision) };
    await writeContent(output, lines, message.data);
    return 0;
  });
}

const prefixed = (decision: object | undefined) =>
  Object.fromEntries(
    Object.entries(decision ?? {}).map(([name, value]) => [`decision.${name}`, value]),
  );
