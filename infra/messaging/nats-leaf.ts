import { mirrorPermissions, sourceAccount } from "../../app/contract/peers.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import { leafHost } from "../regions.ts";
import type { ConfigValue } from "./nats-syntax.ts";
import { type Address, type TlsFiles, tlsEntries } from "./nats-tls.ts";

/** How a core server is linked to the other regions. */
export interface LeafArgs {
  /** Where the other regions' servers dial in. */
  readonly listen: Address;
  /**
   * Shown to those who dial in and to those who are dialled. It must carry this region's
   * `leafHost` among its DNS names: to a peer, that name is the user.
   */
  readonly tls: TlsFiles;
  readonly peers: readonly {
    readonly region: RegionName;
    /** `tls://host:port` of the peer's listener; the host must be in the peer's certificate. */
    readonly url: string;
  }[];
}

/** The listener for the peers, and a link to each of them out of its source account. */
export function leafEntries({ listen, tls, peers }: LeafArgs): ConfigValue {
  const entries = { ...tlsEntries(tls), handshake_first: true, timeout: 5 };
  return {
    listen,
    // A peer comes back to the address that it has; those of single servers are of no use to it.
    no_advertise: true,
    // One peer has no business with what another one asks for.
    isolate_leafnode_interest: true,
    // Between two attempts to reach a peer, and at random up to as much more: mirrors wait for it after an outage.
    reconnect: "500ms",
    tls: { ...entries, verify_and_map: true },
    remotes: peers.map(({ region, url }) => ({
      url,
      account: sourceAccount(region),
      tls: entries,
      // What the peer allows is narrower, but this side must not depend on it: with the interest
      // of devices on the link, in either direction, an alert would be delivered twice.
      deny_imports: ["deliver.>"],
      deny_exports: ["deliver.>"],
    })),
  };
}

/** A peer as a user of its account: its certificate is all that it proves itself with. */
export function leafUserEntry(peer: RegionName, domain: string) {
  const { publish, subscribe } = mirrorPermissions(peer, domain);
  return {
    user: leafHost(peer),
    allowed_connection_types: ["LEAFNODE"],
    permissions: { publish: { allow: publish }, subscribe: { allow: subscribe } },
  };
}
