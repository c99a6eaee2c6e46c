import { type CostItem, secondsPerMonth } from "./cost.ts";
import { assumed } from "./measurements.ts";
import type { Demand } from "./plan.ts";

/**
 * Prices of AWS IoT Core in us-east-1: a million minutes of connection, a million messages of up to
 * 5 kB by volume, a million rules triggered and actions applied.
 *
 * Connection and first tier: an AWS solution's own cost notes of 2025-01-16 ("$0.08 per million minutes",
 * "$1.00 per million messages"), which cite aws.amazon.com/iot-core/pricing. Higher tiers and rules
 * are NOT CONFIRMED by a page that could be read; its metering rules (5 kB units, pings free, CONNECT and SUBSCRIBE counted)
 * were read at aws.amazon.com/iot-core/pricing/additional-details. Other regions cost as much or more (a
 * fifth more in Frankfurt); us-east-1 is used for all three, in favour of IoT Core.
 */
const iotCore = {
  millionMinutes: 0.08,
  messageTiers: [
    { upTo: 1e9, million: 1 },
    { upTo: 5e9, million: 0.8 },
    { upTo: Number.POSITIVE_INFINITY, million: 0.7 },
  ],
  millionRules: 0.15,
  millionActions: 0.15,
  unitBytes: 5_000,
} as const;

/** What a comparison of the two totals leaves out. */
export const iotCoreNote =
  "AWS IoT Core connects, delivers and triggers one rule for each alert; it keeps nothing for 72 h, inspects nothing, has no copy in another region";

/**
 * The same devices and alerts on AWS IoT Core, without free tier. Messages: each alert is published
 * and delivered; each login is a CONNECT and a SUBSCRIBE; each report is published.
 */
export function iotCoreCost(demand: Demand): CostItem[] {
  const minutes = demand.clients * (secondsPerMonth / 60);
  const days = secondsPerMonth / 86_400;
  const alerts = demand.alertsPerSecond * secondsPerMonth * (demand.clients / demand.fleetClients);
  const units = Math.ceil(assumed.payloadBytes / iotCore.unitBytes);
  const perDevice = assumed.loginsPerDay * 2 + assumed.reportsPerDay;
  const messages = alerts * 2 * units + demand.clients * days * perDevice;
  return [
    { item: "connectivity", usd: (minutes / 1e6) * iotCore.millionMinutes },
    { item: "messages", usd: messagesUsd(messages) },
    { item: "rules", usd: (alerts / 1e6) * (iotCore.millionRules + iotCore.millionActions) },
  ];
}

function messagesUsd(messages: number): number {
  let below = 0;
  let usd = 0;
  for (const tier of iotCore.messageTiers) {
    usd += (Math.max(0, Math.min(messages, tier.upTo) - below) / 1e6) * tier.million;
    below = tier.upTo;
  }
  return usd;
}
