import { serviceHost } from "../platform/names.ts";

/** Ports of the servers' pods. */
export const natsPorts = {
  client: 4222,
  cluster: 6222,
  leaf: 7422,
  /** Without TLS: for the kubelet, the pod itself, and edges and cores among themselves, which the network policies see to. */
  monitor: 8222,
  metrics: 7777,
} as const;
export const mqttPort = 8883;
/** Where the bridges connect to Mosquitto: no load balancer leads there. */
export const bridgePort = 8885;

/** Workloads of the messaging layer; their headless Services have the same names. */
export const natsCore = "nats-core";
export const natsEdge = "nats-edge";
export const mosquitto = "mosquitto";

/**
 * Name that all servers of the cluster have in their certificates. A server that hears of another
 * by gossip knows an address only, and asks for the first host name of its own routes: were that
 * one of `coreHosts`, each edge's certificate would have to pass for a core's.
 */
export const clusterService = "nats-cluster";

const indices = (count: number) => Array.from({ length: count }, (_, index) => index);
const coreHosts = (namespace: string, replicas: number) =>
  indices(replicas).map((index) => `${natsCore}-${index}.${serviceHost(natsCore, namespace)}`);

/** Where services connect, in the form of `NATS_SERVERS`. */
export const coreServers = (namespace: string, replicas: number): string =>
  coreHosts(namespace, replicas)
    .map((host) => `tls://${host}:${natsPorts.client}`)
    .join(",");

/** Where each server of the core is asked how it is, in the form of `CORE_MONITORS`. */
export const coreMonitors = (namespace: string, replicas: number): string =>
  coreHosts(namespace, replicas)
    .map((host, index) => `${natsCore}-${index}=http://${host}:${natsPorts.monitor}`)
    .join(",");

/** Where every server of the cluster looks for the core. */
export const clusterRoutes = (namespace: string, replicas: number): readonly string[] =>
  [serviceHost(clusterService, namespace), ...coreHosts(namespace, replicas)].map(
    (host) => `${host}:${natsPorts.cluster}`,
  );

/** Where the bridges find our own upstream broker. */
export const mosquittoUrl = (namespace: string): string =>
  `mqtts://${serviceHost(mosquitto, namespace)}:${bridgePort}`;

/** What devices are told to connect to. */
export const deviceHost = (domain: string): string => `mqtt.${domain}`;
/** What the publishers of a region are told to connect to. */
export const publisherHost = (region: string, domain: string): string =>
  `alerts.${region}.${domain}`;
