import { hash, randomBytes } from "node:crypto";

/** Twice as many as a region has devices, so that few share a place: 8 MB. A power of two. */
const places = 2 ** 21;

/**
 * Which devices have logged in from which address, as far as there is room: of two that fall on one
 * place the later is kept. Only logins are written, so nobody without a secret can push one out, and
 * nobody can foresee the places.
 */
export class FamiliarLogins {
  readonly #prints = new Uint32Array(places);
  readonly #salt = randomBytes(16).toString("hex");

  remember(clientId: string, address: string): void {
    const { place, print } = this.#locate(clientId, address);
    this.#prints[place] = print;
  }

  knows(clientId: string, address: string): boolean {
    const { place, print } = this.#locate(clientId, address);
    return this.#prints[place] === print;
  }

  #locate(clientId: string, address: string): { place: number; print: number } {
    const digest = hash("sha256", `${this.#salt} ${address} ${clientId}`, "buffer");
    // An empty place is 0, which is nobody's print.
    return { place: digest.readUInt32LE(0) % places, print: digest.readUInt32LE(4) || 1 };
  }
}
