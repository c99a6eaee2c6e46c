import type { MqttStreamDefinition } from "../contract/mqtt-streams.ts";
import type { Logger } from "../shared/log.ts";
import type { JetStreamManager } from "../shared/nats.ts";
import { planStream } from "./plan.ts";
import { currentStream } from "./provision.ts";

/** What nats-server cannot change in a stream that is there. */
const fixed = ["storage", "retention"] as const;

/**
 * Makes and bounds the streams of nats-server's MQTT layer; safe to repeat. Nothing in them has to
 * last: what cannot be changed is made anew, and no bound is too small for what is stored.
 */
export async function provisionMqttStreams(
  jsm: JetStreamManager,
  definitions: readonly MqttStreamDefinition[],
  log: Logger,
): Promise<void> {
  for (const definition of definitions) {
    const { name } = definition;
    const current = await currentStream(jsm, name);
    const had = current && new Map(Object.entries(current.config));
    const isOther = had !== undefined && fixed.some((key) => had.get(key) !== definition[key]);
    if (isOther) await jsm.streams.delete(name);
    const step = isOther ? { kind: "create" } : planStream(definition, current);
    if (step.kind === "create") await jsm.streams.add({ ...definition });
    else if (step.kind !== "unchanged") await jsm.streams.update(name, { ...definition });
    log.info({ anew: isOther }, `${name}: ${step.kind === "refuse" ? "update" : step.kind}`);
  }
}
