import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GivenUpCopy } from "../audit/copy-event.ts";

/** Names of the files by which a server and what runs beside it speak. */
export const serverFiles = { pid: "nats.pid", orders: "orders" } as const;

/**
 * What a server is told to do before its next start. It is not this process that removes a copy: a
 * server that runs would be surprised, and this process could remove more than it should.
 */
export class ServerOrders {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Orders that the server has not carried out yet: it has not been started since. */
  get open(): boolean {
    return existsSync(this.#file(serverFiles.orders));
  }

  /**
   * Has the server hand its leaderships over, end, and begin without these copies.
   *
   * @throws Error when the order cannot be written, or the server cannot be signalled.
   */
  makeAnew(copies: readonly GivenUpCopy[]): void {
    const pid = Number(readFileSync(this.#file(serverFiles.pid), "utf8"));
    if (!Number.isInteger(pid) || pid <= 0) throw new Error("the server's process id is not known");
    process.kill(pid, 0);
    const lines = copies.map(({ account, stream }) => `make-anew ${account} ${stream}\n`);
    const draft = this.#file(`${serverFiles.orders}.draft`);
    writeFileSync(draft, lines.join(""));
    renameSync(draft, this.#file(serverFiles.orders));
    // To nats-server: a lame duck, as before every other restart.
    process.kill(pid, "SIGUSR2");
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}
