import ipaddr from "ipaddr.js";

/** A range of IPv4 addresses whose first address is the network itself. */
export interface Ipv4Block {
  readonly network: string;
  /** 0 to 32. */
  readonly prefix: number;
  /** First and last address as 32-bit numbers. */
  readonly first: number;
  readonly last: number;
}

/**
 * Reads `10.10.0.0/16`. Host bits must be zero, because AWS would silently clear them.
 *
 * @throws RangeError with one sentence that says what is wrong and what to write instead.
 */
export function parseCidr(text: string): Ipv4Block {
  const strict = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(text);
  if (!strict || !ipaddr.IPv4.isValidCIDR(text)) {
    throw new RangeError(`"${text}" is not an IPv4 range such as 10.10.0.0/16`);
  }
  const [address, prefix] = ipaddr.IPv4.parseCIDR(text);
  const network = ipaddr.IPv4.networkAddressFromCIDR(text).toString();
  if (address.toString() !== network) {
    throw new RangeError(
      `"${text}" does not start at a network address; write ${network}/${prefix}`,
    );
  }
  const first = numberOf(network);
  return { network, prefix, first, last: first + 2 ** (32 - prefix) - 1 };
}

/** True when one address at least is in both. @throws RangeError as `parseCidr` does. */
export function cidrsOverlap(a: string, b: string): boolean {
  const [left, right] = [parseCidr(a), parseCidr(b)];
  return left.first <= right.last && right.first <= left.last;
}

/** `10.0.0.0/24` from the number of its first address. */
export function formatCidr(first: number, prefix: number): string {
  const octets = [24, 16, 8, 0].map((bits) => Math.floor(first / 2 ** bits) % 256);
  return `${octets.join(".")}/${prefix}`;
}

function numberOf(address: string): number {
  return ipaddr.IPv4.parse(address).octets.reduce((sum, octet) => sum * 256 + octet, 0);
}
