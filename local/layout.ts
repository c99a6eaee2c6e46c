import type { CoreEndpoints, EdgeEndpoints } from "./nats-processes.ts";
import { findPorts } from "./ports.ts";
import type { RegionOptions } from "./region-options.ts";

/** Who listens where on loopback. */
export interface Layout {
  readonly cores: readonly CoreEndpoints[];
  readonly edges: readonly EdgeEndpoints[];
  /** Where publishers connect. */
  readonly upstream: number;
  /** Where the bridges connect to the same broker. */
  readonly upstreamBridges: number;
  readonly dynamodb: number;
  /** Of the archive's bucket; undefined without an archive. */
  readonly s3: number | undefined;
  /** Of Alertmanager and Prometheus; undefined where nobody watches. */
  readonly watch: { readonly alertmanager: number; readonly prometheus: number } | undefined;
  /** Of the API; undefined without a console. */
  readonly api: number | undefined;
  /** Operations port of each process of ours, by its name. */
  readonly operations: ReadonlyMap<string, number>;
}

/** Names of one role's replicas: `bridge-1`, `bridge-2`, … */
export const replicas = (role: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${role}-${i + 1}`);

const reportGates = ({ edges, auths, reportGates: wanted = auths > 0 }: RegionOptions) =>
  wanted ? edges : 0;

/** The processes of ours that the options ask for, in the order in which they start. */
export function appProcesses(options: RegionOptions): string[] {
  return [
    ...replicas("auth", options.auths),
    ...replicas("report-gate", reportGates(options)),
    ...replicas("fence", options.fence ? 1 : 0),
    ...replicas("mender", options.menders && options.core === 3 ? options.core : 0),
    ...replicas("meter", options.meters ?? 0),
    ...replicas("delivery", options.deliveries ?? 0),
    ...replicas("inspector", options.inspectors),
    ...replicas("report-inspector", options.reportInspectors ?? Math.min(1, options.inspectors)),
    ...replicas("bridge", options.bridges),
    ...replicas("console", options.console ? 1 : 0),
    ...replicas("archive", options.archive ? 1 : 0),
    ...replicas("aggregator", options.aggregators ?? 0),
  ];
}

/** With a base port the well-known ones come first: upstream, the edges' MQTT, then the API. */
export async function planLayout(options: RegionOptions): Promise<Layout> {
  const apps = appProcesses(options);
  const optional = (options.console ? 1 : 0) + (options.archive ? 1 : 0) + (options.watch ? 2 : 0);
  const total =
    (options.sharedTable === undefined ? 3 : 2) +
    optional +
    options.edges * 4 +
    options.core * 3 +
    apps.length;
  const ports = await findPorts(total, options.basePort);
  const take = () => {
    const port = ports.shift();
    if (port === undefined) throw new Error("the layout counts fewer ports than it uses");
    return port;
  };
  const upstream = take();
  const mqtt = Array.from({ length: options.edges }, take);
  const api = options.console ? take() : undefined;
  const server = () => ({ client: take(), cluster: take(), monitor: take() });
  return {
    upstream,
    edges: mqtt.map((port) => ({ mqtt: port, ...server() })),
    cores: Array.from({ length: options.core }, server),
    upstreamBridges: take(),
    dynamodb: options.sharedTable ?? take(),
    api,
    s3: options.archive ? take() : undefined,
    watch: options.watch ? { alertmanager: take(), prometheus: take() } : undefined,
    operations: new Map(apps.map((name) => [name, take()])),
  };
}
