import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectAs } from "./stored.ts";

/** Connections to a region by its users, each made when it is asked for first. */
export class Connections {
  readonly #region: Region;
  readonly #made = new Map<string, NatsConnection>();

  constructor(region: Region) {
    this.#region = region;
  }

  async as(user: string): Promise<NatsConnection> {
    const known = this.#made.get(user);
    if (known) return known;
    const connection = await connectAs(this.#region, user);
    this.#made.set(user, connection);
    return connection;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#made.values()].map((connection) => connection.close()));
  }
}
