import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import pRetry from "p-retry";
import { consumerDefinitions } from "../../app/contract/consumers.ts";
import { accountOfStream } from "../../app/contract/stores.ts";
import type { StreamName } from "../../app/contract/stream-bounds.ts";
import {
  defaultScale,
  type StreamDefinition,
  type StreamScale,
} from "../../app/contract/stream-definition.ts";
import { streamMaker } from "../../app/contract/stream-makers.ts";
import { streamDefinitions } from "../../app/contract/streams.ts";
import { provisionConsumers, provisionStreams } from "../../app/provision/provision.ts";
import { createLog } from "../../app/shared/log.ts";
import { type JetStreamManager, jetstreamManager } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectAs } from "./stored.ts";

/** Nobody of ours may delete a stream. Who administers the servers may let somebody. */
export function permitDeletion({ directory, layout, process }: Region): void {
  const [made, any] = ['"$JS.API.STREAM.CREATE.*"', '"$JS.API.STREAM.*.*"'];
  for (const name of layout.cores.map((_, index) => `core-${index + 1}`)) {
    const file = join(directory, "state/nats", name, "nats-server.conf");
    const config = readFileSync(file, "utf8");
    if (!config.includes(made)) throw new Error(`${file} permits nobody to make streams`);
    writeFileSync(file, config.replaceAll(made, any));
    process(name).kill("SIGHUP");
  }
}

/** Deletes one of the region's streams with all that it holds, by hand so to speak. */
export const deleteStream = (region: Region, stream: StreamName) =>
  asMaker(region, stream, async (jsm) => {
    // The servers take a new configuration in their own time.
    await pRetry(() => jsm.streams.delete(stream), { retries: 50, minTimeout: 100, factor: 1 });
  });

/** What the contract says of one of the region's streams. */
export function definitionIn(
  region: Region,
  stream: StreamName,
  more: Partial<StreamScale> = {},
): StreamDefinition {
  const scale = { ...defaultScale, replicas: region.layout.cores.length, ...more };
  const found = streamDefinitions(scale).find(({ name }) => name === stream);
  if (!found) throw new Error(`the contract has no stream ${stream}`);
  return found;
}

/** Makes or changes one of the region's streams as `provision` does it. */
export const makeStream = (region: Region, stream: StreamName, more: Partial<StreamScale> = {}) =>
  asMaker(region, stream, async (jsm) => {
    const definitions = [definitionIn(region, stream, more)];
    await provisionStreams(jsm, definitions, createLog("test", "error"));
    await provisionConsumers(jsm, definitions, consumerDefinitions);
  });

/** Does something as the user who makes a stream. */
export async function asMaker(
  region: Region,
  stream: StreamName,
  work: (jsm: JetStreamManager) => Promise<void>,
): Promise<void> {
  const connection = await connectAs(region, streamMaker(accountOfStream(stream)));
  try {
    await work(await jetstreamManager(connection, { checkAPI: false }));
  } finally {
    await connection.close();
  }
}
