import type { Verdict } from "../../contract/verdict.ts";
import { quantileOf } from "../../shared/process-metrics.ts";
import { bucketsBetween, type Figures } from "./figures.ts";
import type { Trouble } from "./troubles.ts";

/** What the system promises, in milliseconds. */
export const targets = { deliveryMs: 50, loginMs: 10 } as const;

/** One process, as the page shows it. */
export interface ProcessView {
  readonly kind: string;
  /** Its own name, or its address as long as it told none. */
  readonly name: string;
  readonly answers: boolean;
  /** Milliseconds since 1970. */
  readonly startedAt?: number;
  readonly memoryBytes?: number;
}

/** A point of the charts. Rates are per second. */
export interface Point {
  readonly at: number;
  readonly takenIn: number;
  readonly inspected: number;
  readonly sent: number;
  readonly heldBack: number;
  readonly admitted: number;
  readonly refused: number;
  /** Upper bound of the P99 from the bridge to the stream, in milliseconds; absent without alerts. */
  readonly deliveryMs?: number;
  /** P99 of a login, in milliseconds. */
  readonly loginMs?: number;
}

/** Counts since the console began to watch. */
export interface Totals {
  readonly since: number;
  readonly takenIn: number;
  readonly inspected: number;
  readonly sent: number;
  readonly deadLetters: number;
  readonly shed: number;
  readonly expired: number;
  readonly admitted: number;
  readonly refused: number;
  readonly alerts: Readonly<Record<Verdict, number>>;
  readonly reports: Readonly<Record<Verdict, number>>;
}

/** What pages are told, all of them the same. */
export interface Overview {
  readonly now: Point;
  readonly totals: Totals;
  /** Alerts that wait to be inspected, and messages that are held because inspecting them fails. */
  readonly waiting: number;
  readonly held: number;
  readonly troubles: readonly Trouble[];
  readonly processes: readonly ProcessView[];
}

const sumOf = (counts: Readonly<Record<Verdict, number>>) =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
const sentOf = ({ verdicts }: Figures) => verdicts.upstream.allow + verdicts.upstream.tag;
const heldBackOf = ({ verdicts: { upstream, device } }: Figures) =>
  upstream.quarantine + upstream.deny + device.quarantine + device.deny;

/**
 * How fast things go, by what was counted at two moments.
 *
 * @param wide from which quantiles are taken, further back: they need more to be sure of.
 */
export function pointOf(now: Figures, before: Figures, wide: Figures): Point {
  const seconds = Math.max(0.001, (now.at - before.at) / 1_000);
  const rate = (of: (figures: Figures) => number) =>
    Math.max(0, Math.round(((of(now) - of(before)) / seconds) * 10) / 10);
  const quantile = (stage: keyof Figures["latency"], q: number) =>
    quantileOf(bucketsBetween(wide.latency[stage], now.latency[stage]), q);
  const delivery = summed(quantile("bridge", 0.995), quantile("inspector", 0.995));
  const login = quantile("auth", 0.99);
  return {
    at: now.at,
    takenIn: rate((each) => each.takenIn),
    inspected: rate((each) => sumOf(each.verdicts.upstream)),
    sent: rate(sentOf),
    heldBack: rate(heldBackOf),
    admitted: rate((each) => each.admitted),
    refused: rate((each) => each.refused),
    ...(delivery !== undefined && { deliveryMs: milliseconds(delivery) }),
    ...(login !== undefined && { loginMs: milliseconds(login) }),
  };
}

export function totalsOf(now: Figures, since: number): Totals {
  const { takenIn, deadLetters, shed, expired, admitted, refused, verdicts } = now;
  return {
    ...{ since, takenIn, inspected: sumOf(verdicts.upstream), sent: sentOf(now) },
    ...{ deadLetters, shed, expired, admitted, refused },
    ...{ alerts: verdicts.upstream, reports: verdicts.device },
  };
}

const summed = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? undefined : a + b;
const milliseconds = (seconds: number) => Math.round(seconds * 10_000) / 10;
