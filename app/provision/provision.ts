import type { ConsumerDefinition } from "../contract/consumers.ts";
import type { MirrorDefinition, StreamDefinition } from "../contract/stream-definition.ts";
import type { Logger } from "../shared/log.ts";
import { JetStreamApiError, type JetStreamManager, type StreamConfig } from "../shared/nats.ts";
import { type CurrentStream, planStream, type Step, unlessNamed } from "./plan.ts";
import { repartition } from "./repartition.ts";
import { withRoom } from "./room.ts";

export type Definitions = readonly (StreamDefinition | MirrorDefinition)[];

/** Some stream cannot be brought to the contract without losing data. Nothing was changed. */
export class ProvisionRefused extends Error {
  override readonly name = "ProvisionRefused";

  constructor(steps: readonly Step[]) {
    const lines = steps.flatMap((step) =>
      step.kind === "refuse" ? step.reasons.map((reason) => `  ${step.stream}: ${reason}`) : [],
    );
    super(
      [
        "nothing was changed, because part of the contract would lose stored messages:",
        ...lines,
        "Move the messages to a new stream, or set the value back.",
      ].join("\n"),
    );
  }
}

const streamNotFound = 10059;

/** Undefined when there is none. */
export async function currentStream(
  jsm: JetStreamManager,
  name: string,
): Promise<CurrentStream | undefined> {
  try {
    const { config, state } = await jsm.streams.info(name);
    return { config, bytes: state.bytes };
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === streamNotFound) return undefined;
    throw error;
  }
}

/**
 * What is made. What a mirror reads is sent to devices, as if it came now: so it begins with the
 * present, not with what its origin has kept for days.
 */
function created(
  definition: Definitions[number],
  now: Date,
): Partial<StreamConfig> & { name: string } {
  if (!("mirror" in definition)) return { ...definition };
  // The consumer that is there knows where it is.
  if (definition.mirror.consumer !== undefined) return { ...definition };
  return { ...definition, mirror: { ...definition.mirror, opt_start_time: now.toISOString() } };
}

/** A partition that is idle is read to its end in 40 s. */
const emptyingMs = 90_000;

/**
 * Makes the streams that are missing and updates those that differ; safe to repeat. The whole
 * plan is checked before the first change.
 *
 * @throws ProvisionRefused when a change would lose data, LogNotEmpty when one has to wait.
 */
export async function provisionStreams(
  jsm: JetStreamManager,
  definitions: Definitions,
  log: Logger,
): Promise<readonly Step[]> {
  const planned = [];
  for (const wanted of definitions) {
    const current = await currentStream(jsm, wanted.name);
    const definition = withRoom(wanted, current);
    if (definition !== wanted) {
      const { name, max_bytes: bound } = definition;
      log.warn({ stream: name, bound, wanted: wanted.max_bytes }, `${name}: its bound stays`);
    }
    planned.push({ definition, step: planStream(definition, current) });
  }
  const steps = planned.map(({ step }) => step);
  if (steps.some((step) => step.kind === "refuse")) throw new ProvisionRefused(steps);

  for (const { definition, step } of planned) {
    if (step.kind === "create") await jsm.streams.add(created(definition, new Date()));
    if (step.kind === "update") {
      const config = { ...unlessNamed, ...definition } as Partial<StreamConfig>;
      await jsm.streams.update(definition.name, config);
    }
    if (step.kind === "repartition") {
      await repartition({
        jsm,
        definition: definition as StreamDefinition,
        limitMs: emptyingMs,
        log,
      });
    }
    log.info({ step }, `${step.stream}: ${step.kind}`);
  }
  return steps;
}

/** Makes those consumers that are of these streams; what is there already stays as it is. */
export async function provisionConsumers(
  jsm: JetStreamManager,
  definitions: Definitions,
  consumers: readonly ConsumerDefinition[],
): Promise<void> {
  const names = definitions.map(({ name }) => name);
  for (const { stream, ...consumer } of consumers) {
    if (names.includes(stream)) await jsm.consumers.add(stream, consumer);
  }
}

/** How many of the streams have all their copies up to date. */
export async function currentStreams(
  jsm: JetStreamManager,
  definitions: readonly { readonly name: string }[],
): Promise<number> {
  const infos = await Promise.all(definitions.map((d) => jsm.streams.info(d.name)));
  return infos.filter(({ cluster, config }) => {
    const followers = cluster?.replicas ?? [];
    const current = followers.filter((peer) => peer.current && !peer.offline).length;
    return config.num_replicas === 1 || (cluster?.leader && current === config.num_replicas - 1);
  }).length;
}
