import { z } from "zod";

/** What an edge knows of a connection that has ended. */
const ClosedSchema = z.object({
  connections: z.array(
    z.object({
      mqtt_client: z.string().default(""),
      start: z.coerce.date(),
      stop: z.coerce.date(),
      in_msgs: z.number(),
      in_bytes: z.number(),
    }),
  ),
});

/** What the edges took in of one device, as they tell it, whatever the device itself saw of that and when. */
export interface TakenIn {
  readonly reports: number;
  readonly bytes: number;
  /** From its first connection that sent something to the end of its last one. */
  readonly offMs: number;
}

/** An edge remembers as many that have ended. */
const remembered = 10_000;

/** @param monitors of the edges, by their URLs. */
export async function takenIn(monitors: readonly string[]): Promise<ReadonlyMap<string, TakenIn>> {
  const found = new Map<string, { fromMs: number; untilMs: number; in: [number, number] }>();
  for (const monitor of monitors) {
    const answer = await fetch(`${monitor}/connz?state=closed&limit=${remembered}`);
    const { connections } = ClosedSchema.parse(await answer.json());
    for (const { mqtt_client: id, start, stop, in_msgs, in_bytes } of connections) {
      if (in_msgs === 0) continue;
      const known = found.get(id);
      const [fromMs, untilMs] = [start.getTime(), stop.getTime()];
      found.set(id, {
        fromMs: Math.min(known?.fromMs ?? fromMs, fromMs),
        untilMs: Math.max(known?.untilMs ?? untilMs, untilMs),
        in: [(known?.in[0] ?? 0) + in_msgs, (known?.in[1] ?? 0) + in_bytes],
      });
    }
  }
  return new Map(
    [...found].map(
      ([
        id,
        {
          fromMs,
          untilMs,
          in: [reports, bytes],
        },
      ]) => [id, { reports, bytes, offMs: untilMs - fromMs }],
    ),
  );
}
