import { heldAt } from "../../quarantine/quarantine.ts";
import type { CommandContext } from "../command-context.ts";
import { withNats } from "../nats-session.ts";
import { findAlert, type SearchResult, searched } from "./alert-search.ts";
import { type AlertTrace, tracesOf } from "./alert-trace.ts";
import { loginsAround, loginsOf } from "./device-logins.ts";

export interface TraceArguments {
  readonly id: string;
  readonly client: string;
  /** How far back, in milliseconds. */
  readonly since: number;
  readonly json: boolean;
}

const iso = (ms: number) => new Date(ms).toISOString();
const widths = { time: 26, where: 13, what: 60 };

/** Says where an alert is and how it got there. @returns 1 when it is nowhere. */
export function traceAlert(context: CommandContext, options: TraceArguments): Promise<number> {
  const { id, client: clientId, since, json } = options;
  const { output } = context;
  const sinceMs = Date.now() - since;
  return withNats(context.variables, async (connection) => {
    const result = await findAlert(connection, { id, clientId, sinceMs });
    const held = new Map(
      await Promise.all(
        result.found
          .filter(({ stream }) => stream === "QUARANTINE")
          .map(
            async ({ message: { sequence } }) =>
              [sequence, await heldAt(connection, sequence)] as const,
          ),
      ),
    );
    const traces = tracesOf(result.found, { heldAt: (sequence) => held.get(sequence) });
    const logins = traces.some(wasSent) ? await loginsOf(connection, clientId, sinceMs) : [];
    if (json) {
      await output.json(jsonOf({ traces, logins, result, sinceMs }));
      return traces.length > 0 ? 0 : 1;
    }
    for (const trace of traces) await showTrace(context, trace, logins);
    if (traces.length > 1) await output.line(`${traces.length} publishes are stored under this id`);
    if (traces.length > 0) return 0;
    await output.line({ format: "bold", text: "never arrived, or gone" });
    for (const line of whyNowhere(result, sinceMs)) await output.line(line);
    return 1;
  });
}

const wasSent = ({ state }: AlertTrace) => state === "sent" || state === "released";
const sentAt = ({ steps }: AlertTrace) =>
  steps.findLast(({ where }) => where === "MQTT_ALERTS")?.at ?? 0;

async function showTrace(
  { output }: CommandContext,
  trace: AlertTrace,
  logins: readonly number[],
): Promise<void> {
  await output.line({ format: "bold", text: trace.state }, `  known by its ${trace.by}`);
  for (const { at, where, what, basis } of trace.steps) {
    const cells = [
      iso(at).padEnd(widths.time),
      where.padEnd(widths.where),
      what.padEnd(widths.what),
    ];
    await output.line(`  ${cells.join("")}  (${basis})`);
  }
  if (!wasSent(trace)) return;
  for (const line of deviceLines(trace, logins)) await output.line(`  ${line}`);
}

/** What can be said about the device: deliveries are not acknowledged, logins are on record. */
function deviceLines(trace: AlertTrace, logins: readonly number[]): string[] {
  const { before, after } = loginsAround(logins, sentAt(trace));
  const known = [
    before === undefined ? "no login before it was sent" : `last login before: ${iso(before)}`,
    ...(after === undefined ? [] : [`next login after: ${iso(after)}`]),
  ];
  return [
    `device: ${known.join("; ")}  (AUDIT)`,
    "device: whether it got it is not known: MQTT QoS 0 is not acknowledged, and ends of sessions are not recorded",
  ];
}

function whyNowhere({ looked }: SearchResult, sinceMs: number): string[] {
  const counts = searched.map((stream) => `${stream} ${looked[stream]}`).join(", ");
  return [
    `looked at, of this client since ${iso(sinceMs)}: ${counts}`,
    "It was not published, or waits in Mosquitto, which cannot be asked about single messages: see the bridges' lag on the Delivery dashboard;",
    "or it is older than what streams keep; or it was taken for a repetition: a publish with the alert-id and payload of another one is not stored again.",
  ];
}

function jsonOf(all: {
  readonly traces: readonly AlertTrace[];
  readonly logins: readonly number[];
  readonly result: SearchResult;
  readonly sinceMs: number;
}): string {
  const optional = (ms: number | undefined) => (ms === undefined ? undefined : iso(ms));
  return JSON.stringify({
    found: all.traces.map((trace) => {
      const { before, after } = loginsAround(all.logins, sentAt(trace));
      return {
        ...trace,
        steps: trace.steps.map(({ at, ...step }) => ({ time: iso(at), ...step })),
        ...(wasSent(trace) && { logins: { before: optional(before), after: optional(after) } }),
      };
    }),
    looked: all.result.looked,
    since: iso(all.sinceMs),
  });
}
