import { partitionCount } from "../../contract/partitions.ts";
import type { Figures } from "./figures.ts";
import type { Point, ProcessView } from "./overview.ts";

/** Something that is wrong now, in words. */
export interface Trouble {
  /** `bad`: alerts wait or are lost, or devices are locked out. `warn`: it may come to that. */
  readonly level: "bad" | "warn";
  readonly what: string;
  /** What to do, or what it means. */
  readonly so: string;
  /** The runbook that goes further. */
  readonly runbook: string;
}

export interface Moment {
  readonly figures: Figures;
  /** Some minutes before. */
  readonly before: Figures;
  readonly now: Point;
  readonly processes: readonly ProcessView[];
  readonly targets: { readonly deliveryMs: number; readonly loginMs: number };
}

/** More than a second's worth at the planned peak. */
const muchWaits = 6_000;
const whole = (n: number) => Math.round(n).toLocaleString("en-US");
const plural = (n: number, one: string, many: string) => `${whole(n)} ${n === 1 ? one : many}`;

type Check = (moment: Moment) => Trouble | undefined | false;

const bad = (what: string, so: string, runbook: string): Trouble => ({
  ...{ level: "bad", what, so, runbook },
});
const warn = (what: string, so: string, runbook: string): Trouble => ({
  ...{ level: "warn", what, so, runbook },
});

const has = ({ processes }: Moment, kind: string) => processes.some((each) => each.kind === kind);

/** From the worst on. */
const checks: readonly Check[] = [
  (moment) =>
    has(moment, "bridge") &&
    moment.figures.state.bridgesConnected === 0 &&
    bad(
      "No bridge is connected to the upstream broker",
      "Alerts wait at the broker, which keeps them for as long as the bridges' sessions last.",
      "SentinelBridgeDown",
    ),
  (moment) =>
    has(moment, "bridge") &&
    moment.figures.state.bridgesConnected > 0 &&
    moment.figures.state.bridgesLeading === 0 &&
    bad(
      "No bridge leads, so that each waits for the other",
      "One takes over within seconds; if not, restart the bridges one after the other.",
      "SentinelBridgeStoreRetries",
    ),
  (moment) =>
    has(moment, "inspector") &&
    moment.figures.state.partitions.alerts < partitionCount &&
    bad(
      `${plural(partitionCount - moment.figures.state.partitions.alerts, "partition is", "partitions are")} inspected by nobody`,
      "Their alerts wait in INGRESS. Another inspector takes over within seconds.",
      "SentinelIngressPartitionUnowned",
    ),
  ({ figures: { state } }) =>
    state.held > 0 &&
    bad(
      `${plural(state.held, "message is", "messages are")} held, because inspecting them fails`,
      "They are passed on to nobody, and others of the same client wait behind them.",
      "SentinelInspectorMessageHeld",
    ),
  ({ figures: { state } }) =>
    state.waiting > muchWaits &&
    bad(
      `${whole(state.waiting)} alerts wait to be inspected`,
      "They reach their devices late. Nothing is lost while INGRESS has room.",
      "SentinelIngressLagHigh",
    ),
  ({ figures, before }) => {
    const shed = figures.shed - before.shed;
    return (
      shed > 0 &&
      bad(
        `${plural(shed, "alert was", "alerts were")} dropped in the last minutes: sent with QoS 0 while too much waited`,
        "Have their publisher use QoS 1: QoS 0 promises nothing.",
        "SentinelBridgeHoldingBack",
      )
    );
  },
  ({ now, targets }) =>
    (now.deliveryMs ?? 0) > targets.deliveryMs &&
    warn(
      `Alerts take up to ${whole(now.deliveryMs ?? 0)} ms (99 of 100), over the target of ${targets.deliveryMs} ms`,
      "See which half it is under Delivery in Grafana.",
      "SentinelDeliveryLatencyHigh",
    ),
  ({ now, targets }) =>
    (now.loginMs ?? 0) > targets.loginMs &&
    warn(
      `Logins take up to ${whole(now.loginMs ?? 0)} ms (99 of 100), over the target of ${targets.loginMs} ms`,
      "Devices connect late; those that are connected stay.",
      "SentinelAuthLatencyHigh",
    ),
  ({ figures, before }) => {
    const more = figures.deadLetters - before.deadLetters;
    return (
      more > 0 &&
      warn(
        `${plural(more, "message", "messages")} could not be taken in the last minutes`,
        "They lie in DEAD_LETTER: a wrong topic or client id, or too large.",
        "SentinelDeadLettersRising",
      )
    );
  },
];

function silent({ processes }: Moment): readonly Trouble[] {
  return processes
    .filter(({ answers }) => !answers)
    .map(({ kind, name }) =>
      warn(
        name === kind ? `No process ${kind} answers` : `${kind} ${name} answers no more`,
        "Its part of the figures is missing here, and maybe its work, too.",
        "SentinelWorkloadShortOfReplicas",
      ),
    );
}

/** What is wrong now, the worst first. Empty when all is well. */
export function troublesOf(moment: Moment): readonly Trouble[] {
  const found = checks.flatMap((check) => check(moment) || []);
  const all = [...found, ...silent(moment)];
  return [...all.filter(({ level }) => level === "bad"), ...all.filter((t) => t.level === "warn")];
}
