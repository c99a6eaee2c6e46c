import type * as kubernetes from "@pulumi/kubernetes";
import {
  bridgePort,
  mosquitto,
  mqttPort,
  natsCore,
  natsEdge,
  natsPorts,
} from "../messaging/addresses.ts";
import { operationsPort } from "../workloads/workload.ts";
import { alertmanagerPort } from "./alertmanagers.ts";
import type { IncidentReceivers } from "./incident-receivers.ts";
import { namespaces, selectorOf } from "./names.ts";

export interface NamedPolicy {
  readonly name: string;
  readonly spec: kubernetes.types.input.networking.v1.NetworkPolicySpec;
}
type Peer = kubernetes.types.input.networking.v1.NetworkPolicyPeer;

/** Addresses outside of the cluster. */
interface Network {
  readonly name: string;
  readonly cidrs: readonly string[];
  readonly except?: readonly string[];
}
/** One of our workloads, another namespace, or a network. */
type End = { readonly workload: string } | { readonly namespace: string } | Network;

/** One way that traffic may take. What no arrow names is refused on both ends. */
export interface Arrow {
  readonly from: End;
  readonly to: End;
  readonly port: number;
  readonly protocol: "TCP" | "UDP";
}

export interface NetworkPolicyArgs {
  /** This region's VPC, from which its load balancers check the health of their targets. */
  readonly vpcCidr: string;
  /** VPCs of the other regions, whose core servers dial in and are dialled. */
  readonly peerCidrs: readonly string[];
  /** Our own Mosquitto and from where it is fed, or the port of somebody else's broker. */
  readonly upstream:
    | { readonly publisherCidrs: readonly string[] }
    | { readonly externalPort: number };
  /** Who is told of incidents. */
  readonly incidentReceivers: IncidentReceivers;
}

const privateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"];
/** Load balancers keep the client's address, and clients come from everywhere. */
const anywhere: Network = { name: "anywhere", cidrs: ["0.0.0.0/0"] };
/** AWS services, which are reached through the VPC's endpoints at their public addresses. */
const awsServices: Network = { ...anywhere, name: "aws services", except: privateRanges };
const webhooks: Network = { ...awsServices, name: "webhooks" };
/** Where each node hands out the credentials of Pod Identity. */
const podIdentity: Network = { name: "pod identity", cidrs: ["169.254.170.23/32"] };
/** In EKS Auto Mode each node answers DNS itself, so there are no pods that could be named. */
const dns: Network = { name: "dns", cidrs: privateRanges };

const workload = (name: string): End => ({ workload: name });
const tcp = (from: End, to: End, port: number): Arrow => ({ from, to, port, protocol: "TCP" });
const core = workload(natsCore);
const edge = workload(natsEdge);
const watched = [
  ...["bridge", "meter", "delivery", "inspector", "report-inspector", "auth", "console"],
  ...["archive", "aggregator"],
];
const consoleWorkload = "console";
const processes = [...watched, "provision"];
/**
 * Those with rights at AWS: to the device table, and to the archive. By the same way out the console asks the identity
 * provider, if there is one.
 */
const awsUsers = ["auth", "console", "archive"];

/** Every arrow of the design. What comes from the pod's own node needs none: probes, forwarded ports. */
export function arrowsOf(args: NetworkPolicyArgs): readonly Arrow[] {
  const peers: Network = { name: "other regions", cidrs: args.peerCidrs };
  const loadBalancers: Network = { name: "own vpc", cidrs: [args.vpcCidr] };
  const watch: End = { namespace: namespaces.watch };
  const bundled = "publisherCidrs" in args.upstream;
  const workloads = [natsCore, natsEdge, ...(bundled ? [mosquitto] : []), ...processes];
  return [
    tcp(anywhere, edge, mqttPort),
    ...upstreamArrows(args, loadBalancers),
    ...processes.map((process) => tcp(workload(process), core, natsPorts.client)),
    tcp(core, core, natsPorts.cluster),
    tcp(core, edge, natsPorts.cluster),
    tcp(edge, core, natsPorts.cluster),
    tcp(edge, edge, natsPorts.cluster),
    // Whether a copy is whole, and on record that another is made anew from it.
    tcp(core, core, natsPorts.monitor),
    tcp(core, core, natsPorts.client),
    // Whose turn it is to leave.
    tcp(edge, edge, natsPorts.monitor),
    tcp(peers, core, natsPorts.leaf),
    tcp(loadBalancers, core, natsPorts.leaf),
    tcp(core, peers, natsPorts.leaf),
    ...awsUsers.flatMap((user) => [
      tcp(workload(user), awsServices, 443),
      tcp(workload(user), podIdentity, 80),
    ]),
    ...receiverArrows(args, watch),
    ...[core, edge].map((server) => tcp(watch, server, natsPorts.metrics)),
    ...watched.map((process) => tcp(watch, workload(process), operationsPort)),
    // Of what runs beside them.
    ...[core, edge].map((server) => tcp(watch, server, operationsPort)),
    // What the page shows of them.
    ...watched.map((process) => tcp(workload(consoleWorkload), workload(process), operationsPort)),
    ...[core, edge].map((server) => tcp(workload(consoleWorkload), server, operationsPort)),
    ...workloads.flatMap((name): Arrow[] => [
      { from: workload(name), to: dns, port: 53, protocol: "UDP" },
      { from: workload(name), to: dns, port: 53, protocol: "TCP" },
    ]),
  ];
}

/** Webhooks are at public addresses only. */
function receiverArrows({ incidentReceivers }: NetworkPolicyArgs, watch: End): Arrow[] {
  const teller = workload("aggregator");
  return [
    ...(incidentReceivers.alertmanager ? [tcp(teller, watch, alertmanagerPort)] : []),
    ...(incidentReceivers.webhooks.length > 0 ? [tcp(teller, webhooks, 443)] : []),
  ];
}

/** The load balancer keeps the publishers' addresses, and checks with its own whether the broker is there. */
function upstreamArrows({ upstream }: NetworkPolicyArgs, loadBalancers: Network): Arrow[] {
  const bridge = workload("bridge");
  if ("externalPort" in upstream) return [tcp(bridge, anywhere, upstream.externalPort)];
  const broker = workload(mosquitto);
  const publishers: Network = { name: "publishers", cidrs: upstream.publisherCidrs };
  return [
    tcp(publishers, broker, mqttPort),
    tcp(loadBalancers, broker, mqttPort),
    tcp(bridge, broker, bridgePort),
  ];
}

const isWorkload = (end: End): end is { readonly workload: string } => "workload" in end;

function peersOf(end: End): Peer[] {
  if (isWorkload(end)) return [{ podSelector: { matchLabels: selectorOf(end.workload) } }];
  if ("cidrs" in end) {
    const { cidrs, except } = end;
    return cidrs.map((cidr) => ({ ipBlock: { cidr, ...(except && { except: [...except] }) } }));
  }
  const matchLabels = { "kubernetes.io/metadata.name": end.namespace };
  return [{ namespaceSelector: { matchLabels } }];
}

const portsOf = ({ port, protocol }: Arrow) => [{ port, protocol }];

function policyOf(name: string, arrows: readonly Arrow[]): NamedPolicy {
  const touches = (end: End) => isWorkload(end) && end.workload === name;
  return {
    name,
    spec: {
      podSelector: { matchLabels: selectorOf(name) },
      policyTypes: ["Ingress", "Egress"],
      ingress: arrows
        .filter((arrow) => touches(arrow.to))
        .map((arrow) => ({ from: peersOf(arrow.from), ports: portsOf(arrow) })),
      egress: arrows
        .filter((arrow) => touches(arrow.from))
        .map((arrow) => ({ to: peersOf(arrow.to), ports: portsOf(arrow) })),
    },
  };
}

/** Nothing goes in or out of the namespace, but for one policy per workload that has its arrows. */
export function networkPolicies(args: NetworkPolicyArgs): readonly NamedPolicy[] {
  const arrows = arrowsOf(args);
  const ends = arrows.flatMap(({ from, to }) => [from, to]).filter(isWorkload);
  const names = [...new Set(ends.map((end) => end.workload))].sort();
  return [
    { name: "default-deny", spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] } },
    ...names.map((workload) => policyOf(workload, arrows)),
  ];
}
