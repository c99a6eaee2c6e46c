import { z } from "zod";

/** What an edge knows of a connection that has ended. */
const ClosedSchema = z.object({
  connections: z.array(
    z.object({
      mqtt_client: z.string().default(""),
      start: z.coerce.date(),
      stop: z.coerce.date(),
      in_msgs: z.number(),
    }),
  ),
});

/** What the edges took in of one device, as they tell it, whatever the device itself saw of that and when. */
export interface TakenIn {
  readonly reports: number;
  /** From its first connection that sent something to the end of its last one. */
  readonly offMs: number;
}

/** An edge remembers as many that have ended. */
const remembered = 10_000;

/** @param monitors of the edges, by their URLs. */
export async function takenIn(monitors: readonly string[]): Promise<ReadonlyMap<string, TakenIn>> {
  const found = new Map<string, { reports: number; fromMs: number; untilMs: number }>();
  for (const monitor of monitors) {
    const answer = await fetch(`${monitor}/connz?state=closed&limit=${remembered}`);
    const { connections } = ClosedSchema.parse(await answer.json());
    for (const { mqtt_client: id, start, stop, in_msgs: reports } of connections) {
      if (reports === 0) continue;
      const [fromMs, untilMs] = [start.getTime(), stop.getTime()];
      const before = found.get(id) ?? { reports: 0, fromMs, untilMs };
      found.set(id, {
        reports: before.reports + reports,
        fromMs: Math.min(before.fromMs, fromMs),
        untilMs: Math.max(before.untilMs, untilMs),
      });
    }
  }
  return new Map(
    [...found].map(([id, { reports, fromMs, untilMs }]) => [
      id,
      { reports, offMs: untilMs - fromMs },
    ]),
  );
}
