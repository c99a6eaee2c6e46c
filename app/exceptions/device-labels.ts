import { z } from "zod";
import { labelsRequestLimit } from "../contract/device.ts";
import { subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";

const schema = z.record(z.string(), z.array(z.string()));
const askMs = 1_000;

/** The labels of these devices; those whose labels nobody can tell now are left out. */
export async function labelsOf(
  connection: Pick<NatsConnection, "request">,
  clientIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, readonly string[]>();
  for (let from = 0; from < clientIds.length; from += labelsRequestLimit) {
    const ids = clientIds.slice(from, from + labelsRequestLimit);
    const reply = await connection.request(subjects.registryLabels, JSON.stringify(ids), {
      timeout: askMs,
    });
    for (const [id, labels] of Object.entries(schema.parse(reply.json()))) found.set(id, labels);
  }
  return found;
}
