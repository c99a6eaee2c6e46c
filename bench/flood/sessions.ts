import { z } from "zod";

/** What an edge knows of a connection that has ended. */
const ClosedSchema = z.object({
  connections: z.array(
    z.object({
      mqtt_client: z.string().default(""),
      stop: z.coerce.date(),
      in_msgs: z.number(),
    }),
  ),
});

/** What the edges took in of one device, as they tell it, whatever the device itself saw of that and when. */
export interface TakenIn {
  readonly reports: number;
  /** When its last connection that sent something ended: milliseconds since 1970. */
  readonly untilMs: number;
}

/** An edge remembers as many that have ended. */
const remembered = 10_000;

/** @param monitors of the edges, by their URLs. */
export async function takenIn(monitors: readonly string[]): Promise<ReadonlyMap<string, TakenIn>> {
  const found = new Map<string, TakenIn>();
  for (const monitor of monitors) {
    const answer = await fetch(`${monitor}/connz?state=closed&limit=${remembered}`);
    const { connections } = ClosedSchema.parse(await answer.json());
    for (const { mqtt_client: id, stop, in_msgs: reports } of connections) {
      if (reports === 0) continue;
      const before = found.get(id);
      found.set(id, {
        reports: (before?.reports ?? 0) + reports,
        untilMs: Math.max(before?.untilMs ?? 0, stop.getTime()),
      });
    }
  }
  return found;
}
