import type { Lane } from "../../contract/lanes.ts";
import { defaultScale } from "../../contract/stream-definition.ts";
import { streamDefinitions } from "../../contract/streams.ts";
import { type JetStreamManager, jetstreamManager, type NatsConnection } from "../../shared/nats.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import { type Check, Warned } from "./check.ts";

/** Inspectors purge what they are past every few seconds: older messages were not inspected. */
const lagLimitSeconds = 30;

type StreamInfo = Awaited<ReturnType<JetStreamManager["streams"]["info"]>>;

/** What is wrong with a stream's copies; undefined when all are current. */
function copiesProblem({ config, cluster }: StreamInfo): string | undefined {
  if (config.num_replicas <= 1) return undefined;
  if (!cluster?.leader) return `${config.name} has no leader`;
  const others = cluster.replicas ?? [];
  const behind = others.filter((replica) => !replica.current || replica.offline);
  if (behind.length > 0) {
    return `${config.name}: ${behind.map((replica) => replica.name).join(", ")} not current`;
  }
  const copies = others.length + 1;
  return copies < config.num_replicas
    ? `${config.name} has ${copies} of ${config.num_replicas} copies`
    : undefined;
}

export function streamsCheck(connection: () => Promise<NatsConnection>): Check {
  return {
    name: "JetStream streams",
    advice: "look at the NATS core servers; run provision when a stream is missing",
    run: async () => {
      const jsm = await jetstreamManager(await connection(), { checkAPI: false });
      const names = streamDefinitions(defaultScale).map((definition) => definition.name);
      const problems = await Promise.all(
        names.map((name) =>
          jsm.streams.info(name).then(copiesProblem, (error) => `${name}: ${sentenceOf(error)}`),
        ),
      );
      const found = problems.filter((problem) => problem !== undefined);
      if (found.length > 0) throw new OperatorError(found.join("; "));
      return `${names.length} streams, all copies current`;
    },
  };
}

export function ingressCheck(
  { stream, process }: Lane,
  connection: () => Promise<NatsConnection>,
): Check {
  return {
    name: `${stream} lag`,
    advice: `see that ${process} processes run and own all partitions; add replicas when they are busy`,
    run: async () => {
      const jsm = await jetstreamManager(await connection(), { checkAPI: false });
      const { state } = await jsm.streams.info(stream);
      if (state.messages === 0) return "nothing waits";
      const age = Math.round((Date.now() - Date.parse(String(state.first_ts))) / 1000);
      const text = `${state.messages} messages, the oldest ${age} s old`;
      if (age > lagLimitSeconds) throw new Warned(text);
      return text;
    },
  };
}
