import { formatCidr, parseCidr } from "./cidr.ts";

/** Subnets of a VPC, one of each kind per zone, in the order of the zones. */
export interface AddressPlan {
  /** Load balancers and NAT gateways. */
  readonly public: readonly string[];
  /** Nodes and pods. Pods have VPC addresses, so these take three quarters of the range. */
  readonly private: readonly string[];
  /** VPC endpoints and the control plane's interfaces: no way to the internet. */
  readonly isolated: readonly string[];
}

const vpcPrefix = 16;
const zones = [0, 1, 2];
const sizeOf = (prefix: number) => 2 ** (32 - prefix);

/**
 * Divides a /16: the first three quarters are the private /18s, the last one holds the /24s, with
 * room for more kinds between them.
 *
 * @throws RangeError when the range is not a /16.
 */
export function addressPlan(cidr: string): AddressPlan {
  const { first, prefix } = parseCidr(cidr);
  if (prefix !== vpcPrefix) {
    throw new RangeError(`"${cidr}" must be a /${vpcPrefix}: three zones of pods need it`);
  }
  const rest = first + 3 * sizeOf(18);
  const small = (slot: number) =>
    zones.map((zone) => formatCidr(rest + (slot + zone) * sizeOf(24), 24));
  return {
    public: small(0),
    private: zones.map((zone) => formatCidr(first + zone * sizeOf(18), 18)),
    isolated: small(16),
  };
}
