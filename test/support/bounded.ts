import { accountOfStream } from "../../app/contract/stores.ts";
import type { StreamName } from "../../app/contract/stream-bounds.ts";
import { streamMaker } from "../../app/contract/stream-makers.ts";
import { jetstreamManager } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectAs } from "./stored.ts";

/** Bounds a stream to so much more than it holds. @returns what gives it its old bound again. */
export async function boundStream(
  region: Region,
  name: StreamName,
  moreBytes: number,
): Promise<() => Promise<void>> {
  const maker = streamMaker(accountOfStream(name));
  const update = async (maxBytes: (info: { bytes: number; bound: number }) => number) => {
    const connection = await connectAs(region, maker);
    const { streams } = await jetstreamManager(connection, { checkAPI: false });
    const { config, state } = await streams.info(name);
    const bound = config.max_bytes;
    await streams.update(name, { ...config, max_bytes: maxBytes({ bytes: state.bytes, bound }) });
    await connection.close();
    return bound;
  };
  const before = await update(({ bytes }) => Math.max(1, bytes + moreBytes));
  return async () => void (await update(() => before));
}
