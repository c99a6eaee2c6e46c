import ipaddr from "ipaddr.js";

/**
 * The address under which a source is counted. Of IPv6 the first 64 bits: whoever has one address
 * there has 2^64 of them. What is no address is counted as one source.
 */
export function addressKey(address: string): string {
  if (!ipaddr.isValid(address)) return "unknown";
  const parsed = ipaddr.process(address);
  if (parsed.kind() === "ipv4") return parsed.toString();
  return `${parsed
    .toByteArray()
    .slice(0, 8)
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")}/64`;
}
