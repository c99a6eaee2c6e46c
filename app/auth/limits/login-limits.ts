import { addressKey } from "../../shared/address-key.ts";
import { BoundedLimiter } from "../../shared/bounded-limiter.ts";
import type { Standing } from "../callout/decide.ts";
import type { RefusalCode } from "../callout/refusal.ts";
import { FamiliarLogins } from "./familiar-logins.ts";
import { Lockout, type LockoutTimes } from "./lockout.ts";

/**
 * Each replica counts for itself: the servers ask any of them, so what really gets through is up
 * to the settings times the replicas.
 */
export interface LimitSettings {
  /** Averaged over `rateSeconds`. */
  readonly loginsPerAddressPerSecond: number;
  /** Failures in a minute of one id at one address before it is locked out there. */
  readonly deviceFailures: number;
  /** Failures in a minute of all ids at one address before it is locked out. */
  readonly addressFailures: number;
  readonly lockout: LockoutTimes;
}

export const sourceLimits = ["address-rate", "address-failures", "device-failures"] as const;
export type SourceLimit = (typeof sourceLimits)[number];

export interface Limited {
  readonly code: NonNullable<Standing["limited"]>;
  readonly limit: SourceLimit;
}

export interface LimitOptions {
  readonly settings: LimitSettings;
  readonly onLockout: (limit: SourceLimit, key: string, seconds: number) => void;
}

interface Source {
  readonly clientId: string;
  readonly address: string;
}

/** Long enough for all devices behind one address to come back at once after a cut. */
const rateSeconds = 10;
const failureSeconds = 60;
/** Of each kind. All of them full take some 65 MB, whoever comes from however many addresses. */
const keyLimit = 20_000;

/** Whose failures a refusal counts among. Undefined: it says nothing against the one who asked. */
const blamed: Partial<Record<RefusalCode, "address" | "device and address">> = {
  // The id is anything: counted by id it would be a new one each time.
  "not-mqtt": "address",
  "invalid-client-id": "address",
  "user-mismatch": "address",
  "unknown-client": "device and address",
  "bad-secret": "device and address",
  // Nobody finds a certificate by trying, so that no id has to be shut: a device that has renewed
  // its certificate gets in as soon as the new one is pinned.
  "certificate-unreadable": "address",
  "certificate-mismatch": "address",
  "certificate-expired": "address",
  "certificate-unpinned": "address",
  // `certificate-missing` is the edge's doing: it did not ask.
  // `cut-off` and `barred` say nothing of whoever shares the address.
  // `inactive` had the right secret. A suspended device must get in as soon as it is resumed.
};

/**
 * What may be tried from where.
 *
 * Many devices can share an address: a carrier's translator has thousands behind it. So an address
 * on its own never shuts a device out:
 *
 * - Failures lock out one id at one address. Whoever hammers a device's id from elsewhere locks
 *   himself out there; the device is never counted together with him. From behind the device's own
 *   address he can keep it from a new login for the length of the lock-out, since nothing but the
 *   secret tells the two apart, and the point of a lock-out is not to try secrets. The session that
 *   the device has is not touched.
 * - Failures of many ids lock out the address, for all but the devices that logged in from there
 *   before. Those are still held to the first rule, so that a list of ids cannot be tried through.
 * - The rate of logins from one address is limited far above what a translator's devices need, and
 *   below what one process decides: it keeps one source from taking all the capacity. Devices that
 *   logged in from there before have as much again for themselves.
 *
 * An attacker with addresses without end is not stopped by any of this: his ids are unknown, where
 * admission control keeps room for known ones, or his secrets wrong, of which there are 2^256.
 */
export class LoginLimits {
  readonly #perWindow: number;
  readonly #logins = new BoundedLimiter({ seconds: rateSeconds, keys: keyLimit });
  readonly #devices: Lockout;
  readonly #addresses: Lockout;
  readonly #familiar = new FamiliarLogins();

  constructor({ settings, onLockout }: LimitOptions) {
    this.#perWindow = settings.loginsPerAddressPerSecond * rateSeconds;
    const lockout = (limit: SourceLimit, failures: number) =>
      new Lockout({
        times: settings.lockout,
        failures,
        perSeconds: failureSeconds,
        keys: keyLimit,
        onLockout: (key, seconds) => onLockout(limit, key, seconds),
      });
    this.#devices = lockout("device-failures", settings.deviceFailures);
    this.#addresses = lockout("address-failures", settings.addressFailures);
  }

  /** Sources that are remembered. */
  get sizes(): Record<SourceLimit, number> {
    return {
      "address-rate": this.#logins.size,
      "address-failures": this.#addresses.size,
      "device-failures": this.#devices.size,
    };
  }

  /** Counts a login, and tells what is held against it. */
  async standing(source: Source): Promise<Limited | undefined> {
    const address = addressKey(source.address);
    const familiar = this.#familiar.knows(source.clientId, address);
    const most = familiar ? 2 * this.#perWindow : this.#perWindow;
    // What is refused is not counted: it would use up what is kept for the others.
    if ((await this.#logins.points(address)) >= most) {
      return { code: "rate-limited", limit: "address-rate" };
    }
    await this.#logins.add(address);
    if (await this.#devices.locked(pair(source.clientId, address))) {
      return { code: "locked-out", limit: "device-failures" };
    }
    if (!familiar && (await this.#addresses.locked(address))) {
      return { code: "locked-out", limit: "address-failures" };
    }
    return undefined;
  }

  /** Learns from how a login ended. Undefined: it was admitted. */
  async note(source: Source, code: RefusalCode | undefined): Promise<void> {
    const blame = code === undefined ? undefined : blamed[code];
    if (code !== undefined && blame === undefined) return;
    const address = addressKey(source.address);
    if (blame === undefined) {
      this.#familiar.remember(source.clientId, address);
      this.#devices.forgive(pair(source.clientId, address));
      return;
    }
    await this.#addresses.fail(address);
    if (blame === "device and address") await this.#devices.fail(pair(source.clientId, address));
  }
}

/** A blank is in no client id. */
const pair = (clientId: string, address: string) => `${address} ${clientId}`;
