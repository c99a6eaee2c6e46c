import { createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/**
 * NATS keys are Ed25519 keys in base32: a prefix byte that says what the key is for, 32 bytes of
 * key, a checksum. With node:crypto a signature takes 27 µs; the nkeys package's pure JavaScript
 * takes 7 ms, too long for a storm of reconnecting devices.
 */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const accountPrefix = 0;
const seedPrefix = 18 << 3;
/** DER head of a PKCS #8 Ed25519 private key: the raw seed follows. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

/** The seed file does not hold what it should. The message never contains its content. */
export class SeedInvalid extends Error {
  override readonly name = "SeedInvalid";
}

/** Reads an account seed (`SA…`) into a private key for `crypto.sign`. */
export function accountKeyOf(seed: string): KeyObject {
  const raw = decodeBase32(seed.trim());
  if (raw?.length !== 36) {
    throw new SeedInvalid("the seed must be 58 characters of base32 that start with SA");
  }
  if (crc16(raw.subarray(0, 34)) !== raw.readUInt16LE(34)) {
    throw new SeedInvalid("the seed's checksum is wrong; it was changed or cut on its way");
  }
  const head = raw.readUInt16BE(0);
  if (head >> 8 !== (seedPrefix | (accountPrefix >> 5)) || (head & 0xff) !== 0) {
    throw new SeedInvalid("the seed is not an account's; it must start with SA");
  }
  const der = Buffer.concat([PKCS8_HEAD, raw.subarray(2, 34)]);
  return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
}

/** The public account key (`A…`) that nats-server's configuration names as issuer. */
export function accountNameOf(key: KeyObject): string {
  const { x } = createPublicKey(key).export({ format: "jwk" });
  if (x === undefined) throw new TypeError("the key is not an Ed25519 key");
  return encodeWithChecksum(Buffer.concat([Buffer.of(accountPrefix), Buffer.from(x, "base64url")]));
}

/**
 * The account seed (`SA…`) of a private key that was generated elsewhere.
 *
 * @param raw 32 random bytes.
 * @throws SeedInvalid for any other length.
 */
export function accountSeedOf(raw: Uint8Array): string {
  if (raw.length !== 32) throw new SeedInvalid(`a key has 32 bytes, got ${raw.length}`);
  return encodeWithChecksum(
    Buffer.concat([Buffer.of(seedPrefix | (accountPrefix >> 5), accountPrefix & 0xff), raw]),
  );
}

function encodeWithChecksum(body: Buffer): string {
  const checksum = Buffer.alloc(2);
  checksum.writeUInt16LE(crc16(body));
  return encodeBase32(Buffer.concat([body, checksum]));
}

function encodeBase32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const byte of bytes) {
    value = (value << 8) | byte;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += ALPHABET[(value >>> (bits - 5)) & 31];
    value &= 0xff;
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text;
}

function decodeBase32(text: string): Buffer | undefined {
  const bytes: number[] = [];
  let bits = 0;
  let value = 0;
  for (const character of text) {
    const digit = ALPHABET.indexOf(character);
    if (digit < 0) return undefined;
    value = ((value << 5) | digit) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((value >>> bits) & 0xff);
    }
  }
  return Buffer.from(bytes);
}

/** CRC-16/XMODEM. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) {
      crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
    }
  }
  return crc;
}
