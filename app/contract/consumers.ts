import { changeConsumer } from "./duties.ts";
import { durableDelivery, durablyMirrored, mirrorConsumer } from "./peers.ts";
import type { RegionName } from "./regions.ts";
import { subjects } from "./subjects.ts";

const seconds = (n: number) => n * 1_000_000_000;

/** A durable consumer in the form of the JetStream API: durations in nanoseconds. */
export interface ConsumerDefinition {
  readonly stream: string;
  readonly durable_name: string;
  readonly description: string;
  readonly deliver_policy: "all";
  readonly ack_policy: "explicit" | "flow_control";
  readonly max_ack_pending: number;
  readonly filter_subject?: string;
  readonly ack_wait?: number;
  readonly deliver_subject?: string;
  readonly flow_control?: true;
  readonly idle_heartbeat?: number;
}

/** The consumers that outlast their readers, of a region's own streams and of mirrors. */
export const consumerDefinitions: readonly ConsumerDefinition[] = [
  {
    stream: "REGISTRY_CHANGES",
    durable_name: changeConsumer,
    description: "Changes whose sessions are to be closed in this region",
    filter_subject: subjects.registryChange("*"),
    ack_policy: "explicit",
    deliver_policy: "all",
    ack_wait: seconds(30),
    max_ack_pending: 20_000,
  },
];

/** The consumers of our own streams out of which the mirrors of these peers are fed. */
export const mirrorConsumers = (peers: readonly RegionName[]): readonly ConsumerDefinition[] =>
  peers.flatMap((peer) =>
    durablyMirrored.map((stream) => ({
      stream,
      durable_name: mirrorConsumer(peer),
      description: `Feeds the mirror that ${peer} has`,
      deliver_subject: durableDelivery(stream, peer),
      deliver_policy: "all",
      ack_policy: "flow_control",
      max_ack_pending: 10_000,
      flow_control: true,
      idle_heartbeat: seconds(1),
    })),
  );
