import { setTimeout as delay } from "node:timers/promises";
import type { StreamDefinition } from "../contract/stream-definition.ts";
import { closedSubject } from "../contract/streams.ts";
import type { Logger } from "../shared/log.ts";
import type { JetStreamManager } from "../shared/nats.ts";

/** The log of a lane was not empty in time. It takes messages again and is split as it was. */
export class LogNotEmpty extends Error {
  override readonly name = "LogNotEmpty";
}

const lookEveryMs = 250;

export interface Repartition {
  readonly jsm: JetStreamManager;
  readonly definition: StreamDefinition;
  /** How long inspectors may take to read the log to its end: an idle partition takes 40 s. */
  readonly limitMs: number;
  readonly log: Logger;
}

/**
 * Splits the log of a lane into another number of partitions: a client's messages would be in two
 * partitions otherwise, and be read out of order or not at all.
 *
 * The log takes nothing in meanwhile: bridges keep trying and Mosquitto keeps what comes; gates hold
 * reports as far as they have room. It is empty when inspectors have read all of it, and purged that.
 *
 * @throws LogNotEmpty
 */
export async function repartition({ jsm, definition, limitMs, log }: Repartition): Promise<void> {
  const { name } = definition;
  const { subject_transform } = (await jsm.streams.info(name)).config;
  // Whoever stopped in between has closed it already.
  await jsm.streams.update(name, { subjects: [closedSubject(name)] });
  log.info(`${name} takes nothing in until it is read to its end`);
  const deadline = performance.now() + limitMs;
  for (;;) {
    const { state } = await jsm.streams.info(name);
    if (state.messages === 0) break;
    if (performance.now() > deadline) {
      const was = { ...definition, ...(subject_transform && { subject_transform }) };
      await jsm.streams.update(name, was);
      throw new LogNotEmpty(
        `${name} still holds ${state.messages} messages after ${Math.round(limitMs / 1000)} s, so its partitions stay as they are: inspectors have to run and to keep up`,
      );
    }
    await delay(lookEveryMs);
  }
  await jsm.streams.update(name, { ...definition });
}
