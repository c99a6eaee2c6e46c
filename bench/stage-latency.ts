import { readFileSync } from "node:fs";
import { headers } from "../app/contract/headers.ts";
import { jetstreamManager, type NatsConnection } from "../app/shared/nats.ts";
import { type StoredMessage, storedNow } from "../app/shared/stored-messages.ts";
import {
  LatencyHistogram,
  type LatencySummary,
  summarise,
} from "../local/load/latency-histogram.ts";
import { parseSimulatedAlert } from "../local/load/messages.ts";

/** Every interval that an alert passes through, in order. Together they are the whole way. */
export const stageNames = [
  "publisher → bridge",
  "bridge → INGRESS stored",
  "INGRESS → inspected",
  "inspected → MQTT_ALERTS stored",
  "MQTT_ALERTS → device",
] as const;
export type StageLatencies = Readonly<Record<(typeof stageNames)[number], LatencySummary>>;

/** Reads the times at which devices got each alert: lines of id and milliseconds. */
export function readReceipts(file: string): Map<string, number> {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return new Map(
    lines.map((line) => [line.slice(0, line.indexOf(" ")), Number(line.slice(line.indexOf(" ")))]),
  );
}

/** The moments of one stored alert, or undefined when it is not one of the run's. */
export function momentsOf(
  message: StoredMessage,
  receipts: ReadonlyMap<string, number>,
): number[] | undefined {
  const alert = parseSimulatedAlert(message.data);
  const arrived = alert && receipts.get(alert.id);
  if (!alert || arrived === undefined) return undefined;
  const at = (name: string) => Number(message.headers.get(name));
  return [
    alert.sentAt,
    at(headers.received),
    at(headers.ingressStored),
    at(headers.inspected),
    message.storedAt,
    arrived,
  ];
}

/**
 * Where the time went: the moments that each stored alert carries, read after the run so that the
 * reading takes nothing from it, joined with when its device got it.
 *
 * @param run first sequence of MQTT_ALERTS that belongs to the run, and when its warm-up was over.
 */
export async function stageLatencies(
  operator: NatsConnection,
  receiptsFile: string,
  run: { readonly from: number; readonly sinceMs: number },
): Promise<StageLatencies> {
  const receipts = readReceipts(receiptsFile);
  const histograms = stageNames.map(() => new LatencyHistogram());
  for await (const message of storedNow(operator, "MQTT_ALERTS", {
    from: { sequence: run.from },
  })) {
    const moments = momentsOf(message, receipts) ?? [];
    if ((moments[0] ?? 0) >= run.sinceMs) {
      moments.slice(1).forEach((moment, i) => {
        histograms[i]?.record(moment - (moments[i] ?? Number.NaN));
      });
    }
  }
  return Object.fromEntries(
    stageNames.map((name, i) => [name, summarise(histograms[i] ?? new LatencyHistogram())]),
  ) as StageLatencies;
}

export async function nextAlertSequence(operator: NatsConnection): Promise<number> {
  const jsm = await jetstreamManager(operator, { checkAPI: false });
  return (await jsm.streams.info("MQTT_ALERTS")).state.last_seq + 1;
}
