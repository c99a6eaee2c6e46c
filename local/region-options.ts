import type { z } from "zod";
import type { SignaturePolicy } from "../app/contract/alert-signature.ts";
import type { DeviceAuth } from "../app/contract/device.ts";
import type { OidcSchema } from "../app/contract/oidc.ts";
import type { RegionName } from "../app/contract/regions.ts";

/** How a region is tied to others on this machine. */
export interface Links {
  readonly region: RegionName;
  /** Port of each core server for its peers. */
  readonly listen: readonly number[];
  /** Port at which each peer's leaf listener is reached. */
  readonly peers: readonly { readonly region: RegionName; readonly port: number }[];
  /** Folder of certificates that all of them share, so that they trust one CA. */
  readonly certificates: string;
}

/** An identity provider with a certificate of the region's CA. */
export interface LocalOidc extends Omit<z.input<typeof OidcSchema>, "consoleUrl"> {
  /** Undefined: a public client. */
  readonly clientSecretFile?: string;
}

export interface RegionOptions {
  /** Everything the region keeps: certificates, secrets, stores, logs. */
  readonly directory: string;
  /** One server is enough where nothing is to survive; edges need the cluster of three. */
  readonly core: 1 | 3;
  readonly edges: number;
  readonly bridges: number;
  readonly inspectors: number;
  /** Inspectors of what devices send. One where there are inspectors at all, unless said otherwise. */
  readonly reportInspectors?: number;
  readonly auths: number;
  /** None unless said. */
  readonly meters?: number;
  /** Whether each core server has a process beside it that makes damaged copies anew; not unless said. */
  readonly menders?: boolean;
  /** Who send devices what they missed. None unless said. */
  readonly deliveries?: number;
  /** Whether each edge has a gate for reports; where devices can log in, unless said. */
  readonly reportGates?: boolean;
  /** After how long a device's connection ends from which nothing comes; 510 s unless said. */
  readonly silentSeconds?: number;
  /** How often each gate sends a synthetic attack; 300 s unless said. */
  readonly canarySeconds?: number;
  /** Whether the kernel bounds what a connection of a device may send, where it can; not unless said. */
  readonly fence?: boolean;
  /** Whether the API is served. */
  readonly console?: boolean;
  /** Settings of the console that are not the usual ones. */
  readonly consoleSettings?: Readonly<Record<string, string>>;
  /** By whom people may sign in at its page, besides by tokens; by nobody unless said. */
  readonly oidc?: LocalOidc;
  /** None unless said. */
  readonly aggregators?: number;
  /** Whether AUDIT is archived, into a bucket of an emulator that keeps it in memory. Needs Python. */
  readonly archive?: boolean;
  /** Whether Alertmanager and Prometheus watch the region. */
  readonly watch?: boolean;
  /** What devices prove themselves with; secrets otherwise. */
  readonly deviceAuth?: DeviceAuth;
  /** What becomes of alerts that no known publisher has signed; nothing unless said. */
  readonly signatures?: SignaturePolicy;
  /** Folder of certificates that are there already; those of linked regions, or new ones, otherwise. */
  readonly certificates?: string;
  /** Undefined: a region on its own. */
  readonly links?: Links;
  /** Port of the emulator that has the device table of several regions; one of its own otherwise. */
  readonly sharedTable?: number;
  /** First of the fixed ports; free ports otherwise. */
  readonly basePort?: number;
  /** Drops what an earlier run left. */
  readonly fresh?: boolean;
  /** When nats-server forces messages to disk; `defaultSyncInterval` otherwise. */
  readonly syncInterval?: string;
  readonly logLevel?: string;
  /** Whether the processes can be profiled: Node's inspector on SIGUSR1, nats-server's pprof. */
  readonly profiled?: boolean;
  /** Told what is being started. */
  readonly onProgress?: (line: string) => void;
}

/**
 * In the cloud each of the three copies is forced to its own disk before it is acknowledged
 * (`always`), because all three may lose power at once. Here they share one disk, which would be
 * forced six times for each alert to guard against the loss of this one machine.
 */
export const defaultSyncInterval = "2m";

/** A whole region, as the cloud has it but for process supervision and DynamoDB's endpoint. */
export const wholeRegion = {
  core: 3,
  edges: 2,
  bridges: 2,
  inspectors: 2,
  auths: 2,
  meters: 2,
  menders: true,
  deliveries: 2,
  fence: true,
  console: true,
  aggregators: 2,
} as const;
