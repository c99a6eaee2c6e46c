import { copiesOf, ServerStreamsSchema } from "../shared/stream-copies.ts";
import type { ServerSight, Sight } from "./diagnosis.ts";

const answerLimitMs = 5_000;

async function sightOf(server: string, monitor: string): Promise<ServerSight | undefined> {
  const ask = (path: string) =>
    fetch(`${monitor}${path}`, { signal: AbortSignal.timeout(answerLimitMs) });
  try {
    const [health, streams] = await Promise.all([
      ask("/healthz"),
      ask("/jsz?accounts=true&streams=true"),
    ]);
    await health.body?.cancel();
    if (!streams.ok) return undefined;
    const told = ServerStreamsSchema.parse(await streams.json());
    return { healthy: health.ok, copies: copiesOf(server, told) };
  } catch {
    // Whatever it was, nothing is known of this server.
    return undefined;
  }
}

/** Asks each server of the core how it is and what it has. */
export async function lookAtCore(monitors: ReadonlyMap<string, string>): Promise<Sight> {
  const looks = [...monitors].map(
    async ([server, monitor]) => [server, await sightOf(server, monitor)] as const,
  );
  return new Map(await Promise.all(looks));
}
