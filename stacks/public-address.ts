import ipaddr from "ipaddr.js";
import { httpsAddressRule, isHttpsAddress } from "../app/contract/https-address.ts";

/** Who calls whom, in words. */
interface Call {
  readonly caller: string;
  readonly called: string;
}

/**
 * Why the cluster cannot call an address. Undefined: it can. The network policy of the caller lets it out to public
 * IPv4 addresses at port 443 and nowhere else.
 */
export function publicAddressMistake(value: string, { caller, called }: Call): string | undefined {
  if (!isHttpsAddress(value)) return httpsAddressRule;
  const { hostname, port } = new URL(value);
  if (port !== "") {
    return `must be at port 443: ${caller} may call no other, and this is ${port}; have ${called} listen there, or put a proxy in front of it`;
  }
  const literal = hostname.startsWith("[") || ipaddr.IPv4.isValid(hostname);
  if (literal && !isPublicIpv4(hostname)) {
    return `must be at a public IPv4 address: ${caller} may call no other; give ${called} one, or put a proxy in front of it`;
  }
  return undefined;
}

const isPublicIpv4 = (host: string) =>
  ipaddr.IPv4.isValid(host) && ipaddr.IPv4.parse(host).range() === "unicast";
