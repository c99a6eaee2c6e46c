import { archiveSeconds, auditDays, sessionSweepSeconds } from "../../app/contract/limits.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import { homeRegion } from "../../app/contract/regions.ts";
import { archiveWarmDays } from "../audit/archive-days.ts";
import { awsRegions } from "../regions.ts";
import { gp3 } from "./disk.ts";
import { instanceTypeOf } from "./instance-types.ts";
import { assumed, measured } from "./measurements.ts";
import type { Demand, RegionPlan } from "./plan.ts";
import {
  acceleratorHour,
  archivePrices,
  autoModeShare,
  hourlyPrice,
  prices,
  type RegionPrices,
} from "./prices.ts";
import { auditRecordsPerSecond } from "./storage.ts";

export const hoursPerMonth = 730;
export const secondsPerMonth = hoursPerMonth * 3600;
const daysPerMonth = hoursPerMonth / 24;
/** Amazon S3 moves none that is smaller. */
const coldObjectBytes = 128 * 1024;
const GB = 1e9;

export interface CostItem {
  readonly item: string;
  /** A month of 730 hours. */
  readonly usd: number;
}

interface Region {
  readonly name: RegionName;
  readonly demand: Demand;
  readonly plan: RegionPlan;
  readonly prices: RegionPrices;
}

/** What the region's VPC is made of; a test compares it with the components. */
export const network = { zones: 3, natGateways: 3, interfaceEndpoints: 8 } as const;
/** Addresses that are charged: a NAT gateway's, and one in each zone of both public load balancers. */
const publicAddresses = network.natGateways + 2 * network.zones;
/** Each node of EKS Auto Mode has a disk of this size unless its NodeClass says otherwise. */
const nodeDiskGiB = 80;
/** NAT carries what no endpoint does: images from public registries, ACME, webhooks. */
const natGBPerMonth = 100;
/** Control plane, refused connections, the processes' own lines. */
const logGBPerMonth = 50;

/** Bytes of IP that one ping costs: 2 of MQTT in a TLS record, TCP and IP; the answer's acknowledgement comes in. */
const ping = { outBytes: 76, inBytes: 128 };
/** Topic and MQTT, TLS record, TCP and IP. */
const deliveryOverheadBytes = 110;
const storedAlertBytes = assumed.payloadBytes + measured.alertOverheadBytes;

const homeShare = ({ demand }: Region) => demand.clients / demand.fleetClients;
/** Alerts a month in the whole system. */
const alertsPerMonth = (demand: Demand) => demand.alertsPerSecond * secondsPerMonth;

function deviceTrafficGB(region: Region) {
  const pings = (region.demand.clients / assumed.keepAliveSeconds) * secondsPerMonth;
  const delivered = alertsPerMonth(region.demand) * homeShare(region);
  const bytesOut = delivered * (assumed.payloadBytes + deliveryOverheadBytes);
  return {
    out: (pings * ping.outBytes + bytesOut) / GB,
    in: (pings * ping.inBytes) / GB,
  };
}

function nodes({ name, plan }: Region): number {
  const groups = [
    [plan.core.instanceType, plan.core.replicas],
    [plan.edge.instanceType, plan.edge.replicas],
    [plan.appsInstanceType, plan.appsNodes],
  ] as const;
  const hour = groups.reduce(
    (sum, [type, count]) => sum + hourlyPrice(awsRegions[name], instanceTypeOf(type)) * count,
    0,
  );
  return hour * hoursPerMonth;
}

function volumes({ plan, prices }: Region): number {
  const nodeCount = plan.core.replicas + plan.edge.replicas + plan.appsNodes;
  const gib =
    plan.core.replicas * plan.core.volumeGiB +
    (plan.mosquitto?.volumeGiB ?? 0) +
    nodeCount * nodeDiskGiB;
  const { iops, mebibytesPerSecond } = plan.core.disk;
  const faster =
    (iops - gp3.includedIops) * prices.volumeIopsMonth +
    (mebibytesPerSecond - gp3.includedMiBPerSecond) * prices.volumeMiBPerSecondMonth;
  return gib * prices.volumeGiBMonth + plan.core.replicas * faster;
}

/** Three: devices, publishers, leaf links. Only the devices' needs more than one unit. */
function loadBalancers(region: Region): number {
  const { demand, prices } = region;
  const traffic = deviceTrafficGB(region);
  const units = Math.max(demand.clients / 100_000, (traffic.in + traffic.out) / hoursPerMonth);
  const hour = 3 * prices.loadBalancerHour + (units + 2) * prices.loadBalancerUnitHour;
  return hour * hoursPerMonth;
}

/** The transfer is charged in the direction that has more of it. */
function accelerator(region: Region): number {
  const traffic = deviceTrafficGB(region);
  const fixed = region.name === homeRegion ? acceleratorHour * hoursPerMonth : 0;
  return fixed + Math.max(traffic.in, traffic.out) * region.prices.acceleratorGB;
}

function privateWays({ prices }: Region): number {
  const hour =
    network.natGateways * prices.natHour +
    network.interfaceEndpoints * network.zones * prices.endpointHour +
    publicAddresses * prices.publicAddressHour;
  return hour * hoursPerMonth + natGBPerMonth * prices.natGB;
}

/**
 * A login, the check of an alert's recipient and each look of a sweep at a session read half a unit;
 * with so many devices the caches, which believe a record for 30 s, hardly save any. A record is
 * written once a month.
 */
function deviceTable(region: Region): number {
  const { demand, prices } = region;
  const logins = (demand.clients * assumed.loginsPerDay * secondsPerMonth) / 86_400;
  const swept = (demand.clients * secondsPerMonth) / sessionSweepSeconds;
  const reads = (logins + swept + alertsPerMonth(demand) * homeShare(region)) / 2;
  const storedGB = (demand.fleetClients * 300) / GB;
  return (
    (reads / 1e6) * prices.tableMillionReads +
    (demand.fleetClients / 1e6) * prices.tableMillionWrites +
    storedGB * prices.tableGBMonth
  );
}

/**
 * Every audit record, for as long as its lock: an object a minute. Objects of less than 128 KiB stay
 * where they are, the others become cold.
 */
function archive({ demand }: Region): number {
  const recordsPerMonth = auditRecordsPerSecond(demand) * secondsPerMonth;
  const bytesPerMonth = recordsPerMonth * measured.archivedBytes;
  const objectsPerMonth = secondsPerMonth / archiveSeconds;
  const moved = bytesPerMonth / objectsPerMonth >= coldObjectBytes;
  const { warmGBMonth, coldGBMonth, thousandPuts, thousandMoves } = archivePrices;
  const warmDays = moved ? archiveWarmDays : auditDays;
  const stored = warmDays * warmGBMonth + (auditDays - warmDays) * coldGBMonth;
  const requests = thousandPuts + (moved ? thousandMoves : 0);
  return ((bytesPerMonth / GB) * stored) / daysPerMonth + (objectsPerMonth / 1_000) * requests;
}

/** Alerts are taken in where their devices are planned, and mirrored by the two other regions. */
function mirrors(region: Region): number {
  const bytes = alertsPerMonth(region.demand) * homeShare(region) * storedAlertBytes * 2;
  return (bytes / GB) * region.prices.toOtherRegionGB;
}

/** Every stored message goes to two other zones; two of three connections end in another zone. */
function betweenZones(region: Region): number {
  const stored = alertsPerMonth(region.demand) * (1 + homeShare(region)) * storedAlertBytes * 2;
  const traffic = deviceTrafficGB(region);
  const gb = stored / GB + ((traffic.in + traffic.out) * 2) / 3;
  return gb * region.prices.betweenZonesGB;
}

/** One region's month by line item. The order is that of the table. */
export function monthlyCost(name: RegionName, demand: Demand, plan: RegionPlan): CostItem[] {
  const region: Region = { name, demand, plan, prices: prices[awsRegions[name]] };
  const nodesUsd = nodes(region);
  return [
    { item: "EKS control plane", usd: region.prices.controlPlaneHour * hoursPerMonth },
    { item: "nodes (EC2)", usd: nodesUsd },
    { item: "EKS Auto Mode", usd: nodesUsd * autoModeShare },
    { item: "volumes (gp3)", usd: volumes(region) },
    { item: "load balancers", usd: loadBalancers(region) },
    { item: "Global Accelerator", usd: accelerator(region) },
    { item: "internet out", usd: deviceTrafficGB(region).out * region.prices.internetGB },
    { item: "NAT, endpoints, addresses", usd: privateWays(region) },
    { item: "device table (DynamoDB)", usd: deviceTable(region) },
    { item: "mirrors to other regions", usd: mirrors(region) },
    { item: "audit archive (S3)", usd: archive(region) },
    { item: "between zones", usd: betweenZones(region) },
    { item: "logs (CloudWatch)", usd: logGBPerMonth * region.prices.logGB },
  ];
}

export const totalOf = (items: readonly CostItem[]) => items.reduce((sum, { usd }) => sum + usd, 0);
