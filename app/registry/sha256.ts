import { createHash, createHmac, type Hash, type Hmac } from "node:crypto";

type Data = string | ArrayBuffer | ArrayBufferView;

const bytesOf = (data: Data): Buffer => {
  if (typeof data === "string") return Buffer.from(data);
  if (!ArrayBuffer.isView(data)) return Buffer.from(data);
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
};

/**
 * HMAC-SHA-256 under a key of bytes, which Node 24 is given as text: it finds out by two exceptions
 * that bytes are no key object, for several times the processor time of the HMAC.
 */
export const hmacSha256 = (key: Data): Hmac =>
  createHmac("sha256", bytesOf(key).toString("latin1"), { encoding: "latin1" });

/** SHA-256, or HMAC under a secret, as the SDK asks for it: a signature of a request takes two HMACs. */
export class Sha256 {
  readonly #begin: () => Hash | Hmac;
  #hash: Hash | Hmac;

  constructor(secret?: Data) {
    this.#begin = () => (secret === undefined ? createHash("sha256") : hmacSha256(secret));
    this.#hash = this.#begin();
  }

  update(data: Data): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#begin();
  }
}
