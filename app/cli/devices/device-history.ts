import { subjects } from "../../contract/subjects.ts";
import { printable } from "../../shared/printable.ts";
import { storedNow } from "../../shared/stored-messages.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";
import { toneFormats } from "../tail/tail-line.ts";
import { type HistoryEntry, historyEntry, toneOf } from "./history-entry.ts";

export interface HistoryArguments {
  readonly clientId: string;
  /** How far back, in milliseconds. */
  readonly since: number;
  /** So many of the newest. */
  readonly limit: number;
  readonly json: boolean;
}

/** Where something about a device is recorded; what several devices share is looked through. */
const sourcesOf = (clientId: string) => [
  ...[clientId, undefined].flatMap((id) =>
    [subjects.authAudit(id), subjects.registryAudit(id), subjects.quarantineAudit(id)].map(
      (filter) => ({ stream: "AUDIT", filter }) as const,
    ),
  ),
  { stream: "SECURITY_EVENTS", filter: subjects.event("*", clientId) } as const,
];

const widths = { time: 26, kind: 12 };
const whatLimit = 400;

/** One timeline of what is recorded about a device, oldest first. @returns 1 when there is nothing. */
export function deviceHistory(context: CommandContext, options: HistoryArguments): Promise<number> {
  const { clientId, since, limit, json } = options;
  const { output, messages } = context;
  const sinceMs = Date.now() - since;
  return withNats(context.variables, async (connection) => {
    let entries: HistoryEntry[] = [];
    let left = 0;
    const keepNewest = () => {
      entries.sort((a, b) => a.at - b.at);
      left += Math.max(0, entries.length - limit);
      entries = entries.slice(-limit);
    };
    for (const { stream, filter } of sourcesOf(clientId)) {
      for await (const message of storedNow(connection, stream, {
        from: { since: sinceMs },
        filter,
      })) {
        const entry = historyEntry(stream, message, clientId);
        if (!entry) continue;
        entries.push(entry);
        if (entries.length >= 2 * limit) keepNewest();
      }
    }
    keepNewest();
    for (const entry of entries) {
      if (json) await output.json(jsonOf(entry));
      else await output.line({ format: toneFormats[toneOf[entry.kind]], text: lineOf(entry) });
    }
    if (left > 0) messages.line(`${left} older ones are left out: see --limit and --since`);
    if (entries.length === 0) {
      messages.line(`nothing is recorded of ${clientId} since ${new Date(sinceMs).toISOString()}`);
    }
    return entries.length > 0 ? 0 : 1;
  });
}

const lineOf = ({ at, kind, what, basis }: HistoryEntry) =>
  `${new Date(at).toISOString().padEnd(widths.time)}${kind.padEnd(widths.kind)}${printable(what, whatLimit)}  (${basis})`;

const jsonOf = ({ at, ...entry }: HistoryEntry) =>
  JSON.stringify({ time: new Date(at).toISOString(), ...entry });
