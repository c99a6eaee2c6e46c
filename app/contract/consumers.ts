import { changeConsumer } from "./service-users.ts";
import { subjects } from "./subjects.ts";

const seconds = (n: number) => n * 1_000_000_000;

/** A durable consumer in the form of the JetStream API: durations in nanoseconds. */
export interface ConsumerDefinition {
  readonly stream: string;
  readonly durable_name: string;
  readonly description: string;
  readonly filter_subject: string;
  readonly ack_policy: "explicit";
  readonly deliver_policy: "all";
  readonly ack_wait: number;
  readonly max_ack_pending: number;
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
