import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { peersOf, type RegionName, regionNames } from "../app/contract/regions.ts";
import { planRegion } from "../infra/capacity/capacity.ts";
import type { Demand } from "../infra/capacity/plan.ts";
import { cidrsOverlap } from "../infra/network/cidr.ts";
import { type AwsRegion, awsRegions } from "../infra/regions.ts";
import { deviceCaName } from "./device-ca.ts";
import {
  namespace,
  namespaceMistakes,
  ownEntries,
  type StackConfig,
  schemaMistakes,
  stackFile,
} from "./setting-mistakes.ts";
import { type StackSettings, stackSettingsSchema } from "./settings-schema.ts";
import { readStackFiles, type StackFiles } from "./stack-files.ts";

/** Everything that the program of one stack is told. */
export interface Settings extends StackSettings {
  readonly stack: RegionName;
  readonly awsRegion: AwsRegion;
  /** `aws:profile`, where the stack names one: Kubernetes is signed in to with the same. */
  readonly awsProfile?: string;
  /** What all three stacks say, this one included. */
  readonly fleet: Readonly<Record<RegionName, StackSettings>>;
}

/** The settings of the stack that the engine runs. @throws RunError with one line per mistake. */
export function readSettings(): Settings {
  const stack = pulumi.getStack();
  if (!isRegionName(stack)) {
    throw new pulumi.RunError(
      `stack "${stack}" is not a region; select one of ${regionNames.join(", ")}`,
    );
  }
  return parseSettings(stack, readStackFiles(stack));
}

/** @throws RunError with one line per mistake, each with file, key, what was given and what is allowed. */
export function parseSettings(stack: RegionName, files: StackFiles): Settings {
  const mistakes: string[] = [];
  const parsed = regionNames.flatMap((name) => {
    const settings = parseStack(name, files[name], mistakes);
    return settings ? [[name, settings] as const] : [];
  });
  const fleet = Object.fromEntries(parsed) as Record<RegionName, StackSettings>;
  // Values that are wrong in themselves are not compared: that would name a mistake twice.
  if (parsed.length === regionNames.length) {
    mistakes.push(...fleetMistakes(fleet), ...demandMistakes(fleet));
  }
  if (mistakes.length === 0) {
    const awsProfile = files[stack]?.["aws:profile"];
    return {
      ...{ ...fleet[stack], stack, awsRegion: awsRegions[stack], fleet },
      ...(awsProfile !== undefined && { awsProfile: String(awsProfile) }),
    };
  }
  throw new pulumi.RunError(
    ["the settings are not valid:", ...mistakes.map((mistake) => `  ${mistake}`)].join("\n"),
  );
}

/** What each region has to carry. */
export function fleetOf({ fleet }: Pick<Settings, "fleet">): Record<RegionName, Demand> {
  return Object.fromEntries(regionNames.map((name) => [name, demandOf(fleet[name])])) as Record<
    RegionName,
    Demand
  >;
}

function demandOf(settings: StackSettings): Demand {
  const { core, edge, apps } = settings.instanceTypes ?? {};
  return {
    clients: Math.ceil((settings.clients * settings.share) / 100),
    fleetClients: settings.clients,
    alertsPerSecond: settings.alertsPerSecond,
    retentionHours: settings.retentionHours,
    upstreamBundled: settings.upstream === "bundled",
    instanceTypes: { ...(core && { core }), ...(edge && { edge }), ...(apps && { apps }) },
  };
}

const isRegionName = (name: string): name is RegionName =>
  (regionNames as readonly string[]).includes(name);

function parseStack(
  stack: RegionName,
  config: StackConfig | undefined,
  mistakes: string[],
): StackSettings | undefined {
  if (!config) {
    mistakes.push(
      `${stackFile(stack)} is missing; each stack reads ranges and shares of the others`,
    );
    return undefined;
  }
  const wanted = awsRegions[stack];
  if (config["aws:region"] !== wanted) {
    const got = config["aws:region"] ? `got "${config["aws:region"]}"` : "it is not set";
    mistakes.push(`${stackFile(stack)}: aws:region must be ${wanted} for this stack; ${got}`);
  }
  mistakes.push(...namespaceMistakes(stack, config));
  const entries = ownEntries(config);
  const { error } = stackSettingsSchema.safeParse(entries);
  if (error) mistakes.push(...schemaMistakes(stack, entries, error));
  const settings = withoutUnknownKeys.safeParse(entries).data;
  if (settings) mistakes.push(...ownMistakes(stack, settings));
  return settings;
}

/** A misspelt key is refused; the others are looked at nevertheless. */
const withoutUnknownKeys = z.object(stackSettingsSchema.shape);

/** Rules between the settings of one stack. */
function ownMistakes(stack: RegionName, settings: StackSettings): string[] {
  const { deviceCertificates, hostedZoneId, deviceAuth, deviceCa } = settings;
  const { upstream, publisherCidrs } = settings;
  const mistakes: string[] = [];
  const add = (text: string) => mistakes.push(`${stackFile(stack)}: ${namespace}:${text}`);
  if (deviceCertificates.issuer === "letsencrypt" && !hostedZoneId) {
    add(
      "hostedZoneId must be set for deviceCertificates of letsencrypt, which proves the domain by DNS; it is not set",
    );
  }
  if (deviceAuth === "certificate" && deviceCa === undefined) {
    add(
      "deviceCa must be set for deviceAuth of certificate, which is checked by it; it is not set",
    );
  }
  if (upstream === "bundled" && publisherCidrs === undefined) {
    add(
      'publisherCidrs must be set for upstream of "bundled": the IPv4 ranges that publishers connect from, such as ["203.0.113.0/24"]; it is not set',
    );
  }
  return mistakes;
}

/** Rules between the stacks. */
function fleetMistakes(fleet: Readonly<Record<RegionName, StackSettings>>): string[] {
  const each = (of: (settings: StackSettings) => unknown) =>
    regionNames.map((name) => `${name} ${of(fleet[name])}`).join(", ");
  const files = regionNames.map(stackFile).join(", ");
  const mistakes = (["clients", "alertsPerSecond", "domain", "deviceAuth"] as const).flatMap(
    (key) =>
      new Set(regionNames.map((name) => fleet[name][key])).size === 1
        ? []
        : [
            `${files}: ${namespace}:${key} must be the same in all three; got ${each((s) => s[key])}`,
          ],
  );
  // A device may be led to any region.
  if (new Set(regionNames.map((name) => fleet[name].deviceCa?.trim())).size > 1) {
    const got = each(({ deviceCa }) => (deviceCa === undefined ? "none" : deviceCaName(deviceCa)));
    mistakes.push(`${files}: ${namespace}:deviceCa must be the same in all three; got ${got}`);
  }
  const policies = new Set(regionNames.map((name) => fleet[name].signatures));
  if (policies.has("require") && policies.size > 1) {
    mistakes.push(
      `${files}: ${namespace}:signatures must be require in all three where it is in one: what another region lets in reaches the same devices; got ${each((s) => s.signatures)}`,
    );
  }
  const sum = regionNames.reduce((total, name) => total + fleet[name].share, 0);
  if (sum !== 100) {
    mistakes.push(
      `${files}: ${namespace}:share must add up to 100; got ${each((s) => s.share)}, which is ${sum}`,
    );
  }
  return [...mistakes, ...overlaps(fleet)];
}

function overlaps(fleet: Readonly<Record<RegionName, StackSettings>>): string[] {
  const pairs = regionNames.flatMap((name) =>
    peersOf(name).flatMap((peer) => (name < peer ? [[name, peer] as const] : [])),
  );
  return pairs
    .filter(([a, b]) => cidrsOverlap(fleet[a].cidr, fleet[b].cidr))
    .map(
      ([a, b]) =>
        `${stackFile(a)}, ${stackFile(b)}: ${namespace}:cidr must not overlap, the networks are peered; got ${fleet[a].cidr} and ${fleet[b].cidr}`,
    );
}

/** What the capacity model cannot plan for. */
function demandMistakes(fleet: Readonly<Record<RegionName, StackSettings>>): string[] {
  return regionNames.flatMap((name) => {
    try {
      planRegion(demandOf(fleet[name]));
      return [];
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      return [`${stackFile(name)}: ${namespace}:${error.message}`];
    }
  });
}
