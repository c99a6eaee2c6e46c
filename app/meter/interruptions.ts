import type { NatsConnection } from "../shared/nats.ts";

/** Told whenever the connection is lost. A server closes that of a reader that is too slow, too. */
export async function followInterruptions(connection: NatsConnection, interrupted: () => void) {
  for await (const { type } of connection.status()) if (type === "disconnect") interrupted();
}
