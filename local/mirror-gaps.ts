import { sourceAccount } from "../app/contract/peers.ts";
import type { RegionName } from "../app/contract/regions.ts";
import { copiesOf, ServerStreamsSchema } from "../app/shared/stream-copies.ts";
import type { CoreEndpoints } from "./nats-processes.ts";
import type { Regions } from "./regions.ts";

const answerLimitMs = 5_000;

/** The last alert that an account has in any of these servers; undefined when none says. */
async function lastAlert(cores: readonly CoreEndpoints[], account: string) {
  const looks = cores.map(async ({ monitor }) => {
    const address = `http://127.0.0.1:${monitor}/jsz?acc=${account}&streams=true`;
    const signal = AbortSignal.timeout(answerLimitMs);
    const told = ServerStreamsSchema.parse(await (await fetch(address, { signal })).json());
    const copy = copiesOf(address, told).find(({ stream }) => stream === "MQTT_ALERTS");
    return copy?.state.last_seq ?? 0;
  });
  const ends = (await Promise.allSettled(looks)).flatMap((each) =>
    each.status === "fulfilled" ? [each.value] : [],
  );
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** How far the alerts of one region are there, and in another one. */
export interface MirrorEnds {
  readonly stored: number;
  readonly copied: number;
}

/** By `reader origin`, where both say how far they are. */
export async function mirrorEnds(regions: Regions): Promise<ReadonlyMap<string, MirrorEnds>> {
  const ends = new Map<string, MirrorEnds>();
  const coresOf = (name: RegionName) => regions.of(name).layout.cores;
  const pairs = regions.names.flatMap((reader) =>
    regions.names.filter((origin) => origin !== reader).map((origin) => ({ reader, origin })),
  );
  await Promise.all(
    pairs.map(async ({ reader, origin }) => {
      // The copy first: so what is stored meanwhile does not make the gap negative.
      const copied = await lastAlert(coresOf(reader), sourceAccount(origin));
      const stored = await lastAlert(coresOf(origin), "ALERTS");
      if (copied !== undefined && stored !== undefined) {
        ends.set(`${reader} ${origin}`, { stored, copied });
      }
    }),
  );
  return ends;
}

/** How many alerts of another region a region does not have yet, by `reader origin`. */
export async function mirrorGaps(regions: Regions): Promise<ReadonlyMap<string, number>> {
  const ends = await mirrorEnds(regions);
  return new Map(
    [...ends].map(([pair, { stored, copied }]) => [pair, Math.max(0, stored - copied)]),
  );
}
