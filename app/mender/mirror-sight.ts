import { z } from "zod";
import { type MirroredStream, mirroredStreams, sourceAccount } from "../contract/peers.ts";
import type { RegionName } from "../contract/regions.ts";
import { isSilent, type MirrorSight } from "./mirror-patience.ts";

const answerLimitMs = 1_000;

/** What nats-server tells of the streams that it leads. Times in nanoseconds; -1: nothing came yet. */
const StreamsSchema = z.object({
  account_details: z
    .array(
      z.object({
        stream_detail: z
          .array(
            z.object({ name: z.string(), mirror: z.object({ active: z.number() }).optional() }),
          )
          .optional(),
      }),
    )
    .nullish(),
});
const LinksSchema = z.object({ leafs: z.array(z.object({ account: z.string() })).nullish() });

async function ask<T>(address: string, schema: z.ZodType<T>): Promise<T> {
  const answer = await fetch(address, { signal: AbortSignal.timeout(answerLimitMs) });
  if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
  return schema.parse(await answer.json());
}

const isMirrored = (name: string): name is MirroredStream =>
  mirroredStreams.some((each) => each === name);

async function mirrorsLedBy(monitor: string, peer: RegionName) {
  const query = `acc=${sourceAccount(peer)}&streams=true&stream-leader-only=true`;
  const { account_details: accounts } = await ask(`${monitor}/jsz?${query}`, StreamsSchema);
  return (accounts ?? [])
    .flatMap(({ stream_detail: streams = [] }) => streams)
    .flatMap(({ name, mirror }) => {
      if (!mirror || !isMirrored(name)) return [];
      const silentMs = mirror.active < 0 ? Number.POSITIVE_INFINITY : mirror.active / 1e6;
      return [{ peer, stream: name, silentMs }];
    });
}

/** Whether any of these servers has a link to a peer; one that does not answer has none. */
async function isLinked(monitors: Iterable<string>, peer: RegionName): Promise<boolean> {
  const account = sourceAccount(peer);
  const looks = [...monitors].map(async (monitor) => {
    const { leafs } = await ask(`${monitor}/leafz?acc=${account}`, LinksSchema);
    return leafs?.some((leaf) => leaf.account === account) ?? false;
  });
  const told = await Promise.allSettled(looks);
  return told.some((each) => each.status === "fulfilled" && each.value);
}

/**
 * How the mirrors are that one server leads. Links are looked for only where a mirror hears nothing:
 * whichever server has one, all of the core are heard over it.
 *
 * @throws Error when that server does not answer.
 */
export async function lookAtMirrors(
  own: string,
  monitors: ReadonlyMap<string, string>,
  peers: readonly RegionName[],
): Promise<readonly MirrorSight[]> {
  const monitor = monitors.get(own);
  if (monitor === undefined) throw new Error(`${own} is no server of the core`);
  const looks = peers.map(async (peer) => {
    const led = await mirrorsLedBy(monitor, peer);
    const linked = led.some(isSilent) && (await isLinked(monitors.values(), peer));
    return led.map((each) => ({ ...each, linked }));
  });
  return (await Promise.all(looks)).flat();
}
