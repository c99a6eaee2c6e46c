import { headers } from "../../contract/headers.ts";
import type { HeldMessage } from "../../quarantine/held-message.ts";
import { stateOf } from "../../quarantine/held-message.ts";
import type { StoredMessage } from "../../shared/stored-messages.ts";
import type { Found } from "./alert-search.ts";

/** One station of an alert, and what says so. */
export interface TraceStep {
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly where: string;
  readonly what: string;
  /** Where that was read. */
  readonly basis: string;
}

/** Where one publish of an alert is. */
export const alertStates = [
  "waiting",
  "sent",
  "held",
  "releasing",
  "released",
  "dropped",
  "dead letter",
] as const;
export type AlertState = (typeof alertStates)[number];

export interface AlertTrace {
  readonly state: AlertState;
  /** By what the publish is known to be the alert that was asked for. */
  readonly by: string;
  readonly messageId: string;
  readonly steps: readonly TraceStep[];
}

/** What else is known when an alert is traced. */
export interface TraceContext {
  /** What was decided about a message of QUARANTINE. */
  readonly heldAt: (sequence: number) => HeldMessage | undefined;
}

type Step = Omit<TraceStep, "basis">;

/** A time that a header carries; undefined where it is none. */
function timeOf(message: StoredMessage, name: string): number | undefined {
  const text = message.headers.get(name);
  const ms = Number(text);
  return text !== "" && Number.isFinite(ms) ? ms : undefined;
}

/** What the headers of a stored message tell about its way there. */
function stepsBefore({ stream, message }: Found): TraceStep[] {
  const basis = (name: string) => `${name} of ${stream} ${message.sequence}`;
  const rules = message.headers.get(headers.findings);
  const verdict = message.headers.get(headers.verdict);
  const steps: readonly [string, (at: number) => Step][] = [
    [headers.received, (at) => ({ at, where: "bridge", what: "received from Mosquitto" })],
    [
      headers.ingressStored,
      (at) => ({
        ...{ at, where: "INGRESS" },
        what: `stored as ${message.headers.get(headers.ingressSequence) || "?"}`,
      }),
    ],
    [
      headers.inspected,
      (at) => ({
        ...{ at, where: "inspector" },
        what: `verdict ${verdict}${rules === "" ? "" : `, found ${rules}`}`,
      }),
    ],
  ];
  return steps.flatMap(([name, step]) => {
    const at = timeOf(message, name);
    return at === undefined ? [] : [{ ...step(at), basis: basis(name) }];
  });
}

/** The publishes that were found, oldest first, each with its stations. */
export function tracesOf(found: readonly Found[], context: TraceContext): readonly AlertTrace[] {
  const elsewhere = found.filter(({ stream }) => stream !== "INGRESS");
  const passed = new Set(elsewhere.map(({ message }) => ingressOf(message)));
  return found
    .filter(({ stream, message }) => stream !== "INGRESS" || !passed.has(String(message.sequence)))
    .filter((each) => !isReleasedCopy(each, found))
    .map((each) => traceOf(each, found, context))
    .toSorted((a, b) => (a.steps[0]?.at ?? 0) - (b.steps[0]?.at ?? 0));
}

const ingressOf = (message: StoredMessage) => message.headers.get(headers.ingressSequence);
const releasedFrom = ({ message }: Found) => message.headers.get(headers.released);

/** The alert that came out of QUARANTINE is a station of the one that was held there. */
const isReleasedCopy = (each: Found, found: readonly Found[]) =>
  each.stream === "MQTT_ALERTS" &&
  found.some(
    ({ stream, message }) =>
      stream === "QUARANTINE" && String(message.sequence) === releasedFrom(each),
  );

function traceOf(each: Found, found: readonly Found[], context: TraceContext): AlertTrace {
  const { message, by } = each;
  const { state, steps } = endOf(each, found, context);
  const all = [...stepsBefore(each), ...steps].toSorted((a, b) => a.at - b.at);
  return { state, by, messageId: message.headers.get(headers.messageId), steps: all };
}

function endOf(
  each: Found,
  found: readonly Found[],
  context: TraceContext,
): Pick<AlertTrace, "state" | "steps"> {
  const { stream, message } = each;
  const { sequence, storedAt: at } = message;
  const basis = `${stream} ${sequence}`;
  switch (stream) {
    case "INGRESS":
      return {
        state: "waiting",
        steps: [{ at, where: stream, what: "stored, and not inspected yet", basis }],
      };
    case "MQTT_ALERTS": {
      const from = releasedFrom(each);
      const what = `stored as ${sequence} and sent to the device's topic`;
      return from === ""
        ? { state: "sent", steps: [{ at, where: stream, what, basis }] }
        : {
            state: "released",
            steps: [{ at, where: stream, what: `${what}, out of QUARANTINE ${from}`, basis }],
          };
    }
    case "DEAD_LETTER":
      return {
        state: "dead letter",
        steps: [
          { at, where: stream, what: `not taken: ${message.headers.get(headers.reason)}`, basis },
        ],
      };
    case "QUARANTINE":
      return heldEnd(message, found, context);
  }
}

function heldEnd(
  { sequence, storedAt: at }: StoredMessage,
  found: readonly Found[],
  { heldAt }: TraceContext,
): Pick<AlertTrace, "state" | "steps"> {
  const held = heldAt(sequence);
  const where = "QUARANTINE";
  const steps: TraceStep[] = [
    { at, where, what: `held as ${sequence}`, basis: `QUARANTINE ${sequence}` },
  ];
  const decision = held?.decision;
  if (decision) {
    const what = `${decision.state} by ${decision.actor}: ${decision.reason}`;
    steps.push({ at: decision.decidedAt, where, what, basis: "QUARANTINE_DECISIONS" });
  }
  const copy = found.find(
    (each) => each.stream === "MQTT_ALERTS" && releasedFrom(each) === String(sequence),
  );
  if (copy) {
    const { sequence: stored, storedAt } = copy.message;
    const what = `stored as ${stored} and sent to the device's topic`;
    steps.push({ at: storedAt, where: "MQTT_ALERTS", what, basis: `MQTT_ALERTS ${stored}` });
  }
  return { state: held ? stateOf(held) : "held", steps };
}
