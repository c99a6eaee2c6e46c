import { randomInt } from "node:crypto";
import { ClientTable } from "../../shared/client-table.ts";
import type { Login } from "./login.ts";

type Session = Omit<Login, "clientId">;

/**
 * The last login of each device in this region, as far as is known: some 40 bytes each. Where there
 * is no room, the one that was not asked for longest is forgotten, and its session then stays.
 */
export class OwnLogins {
  readonly #table: ClientTable;
  /** Milliseconds since 1970; 0 for none. */
  readonly #at: Float64Array;
  readonly #connection: Float64Array;
  readonly #server: Uint32Array;
  readonly #servers: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** @param capacity devices that are remembered. */
  constructor(capacity: number) {
    this.#table = new ClientTable(capacity, randomInt(2 ** 32));
    this.#at = new Float64Array(capacity);
    this.#connection = new Float64Array(capacity);
    this.#server = new Uint32Array(capacity);
  }

  /** Takes what any replica of this region told, in whatever order, and as often as it is told. */
  learn({ clientId, serverId, connection, atMs }: Login): void {
    const { slot, fresh } = this.#table.slotOf(clientId);
    if (!fresh && (this.#at[slot] ?? 0) > atMs) return;
    this.#at[slot] = atMs;
    this.#connection[slot] = connection;
    this.#server[slot] = this.#numberOf(serverId);
  }

  of(clientId: string): Session | undefined {
    const slot = this.#table.find(clientId);
    const atMs = slot === undefined ? 0 : (this.#at[slot] ?? 0);
    if (slot === undefined || atMs === 0) return undefined;
    const serverId = this.#servers[this.#server[slot] ?? 0] ?? "";
    return { serverId, connection: this.#connection[slot] ?? 0, atMs };
  }

  /** Of a session that was ended: it need not be ended again. */
  forget(clientId: string, { atMs }: Session): void {
    const slot = this.#table.find(clientId);
    if (slot !== undefined && this.#at[slot] === atMs) this.#at[slot] = 0;
  }

  #numberOf(serverId: string): number {
    const known = this.#numbers.get(serverId);
    if (known !== undefined) return known;
    const number = this.#servers.push(serverId) - 1;
    this.#numbers.set(serverId, number);
    return number;
  }
}
