import type { Verdict } from "../../app/contract/verdict.ts";
import { histogramQuantile, type Sample, total } from "../../app/shared/process-metrics.ts";

/** Counters and quantiles of the whole pipeline at one moment. Quantiles are in milliseconds. */
export interface StageFigures {
  readonly bridgeReceived: number;
  readonly bridgeStored: number;
  readonly bridgeP50: number | undefined;
  readonly bridgeP99: number | undefined;
  readonly deadLettered: number;
  readonly inspected: Readonly<Record<Verdict, number>>;
  readonly inspectorP50: number | undefined;
  readonly inspectorP99: number | undefined;
  readonly admitted: number;
  readonly refused: number;
  readonly authP50: number | undefined;
  readonly authP99: number | undefined;
}

const milliseconds = (seconds: number | undefined) =>
  seconds === undefined ? undefined : seconds * 1000;

/** Reads the figures out of what the processes of the region export. */
export function stageFigures(samples: readonly Sample[]): StageFigures {
  const quantile = (name: string, q: number) => milliseconds(histogramQuantile(samples, name, q));
  const verdict = (name: Verdict) =>
    total(samples, "sentinel_inspector_inspected_messages_total", { verdict: name });
  return {
    bridgeReceived: total(samples, "sentinel_bridge_received_messages_total"),
    // Two bridges carry every message, so what they stored first is what is in INGRESS.
    bridgeStored:
      total(samples, "sentinel_bridge_stored_messages_total") -
      total(samples, "sentinel_bridge_duplicate_messages_total"),
    bridgeP50: quantile("sentinel_bridge_store_seconds", 0.5),
    bridgeP99: quantile("sentinel_bridge_store_seconds", 0.99),
    deadLettered: total(samples, "sentinel_bridge_dead_letter_messages_total"),
    inspected: {
      allow: verdict("allow"),
      tag: verdict("tag"),
      quarantine: verdict("quarantine"),
      deny: verdict("deny"),
    },
    inspectorP50: quantile("sentinel_inspector_store_seconds", 0.5),
    inspectorP99: quantile("sentinel_inspector_store_seconds", 0.99),
    admitted: total(samples, "sentinel_auth_decisions_total", { outcome: "admit" }),
    refused: total(samples, "sentinel_auth_decisions_total", { outcome: "refuse" }),
    authP50: quantile("sentinel_auth_decision_seconds", 0.5),
    authP99: quantile("sentinel_auth_decision_seconds", 0.99),
  };
}

export const sumVerdicts = (inspected: StageFigures["inspected"]) =>
  Object.values(inspected).reduce((sum, n) => sum + n, 0);
