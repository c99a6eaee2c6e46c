import type { DeviceAuth } from "../contract/device.ts";
import type { DeviceRecord } from "../registry/device-record.ts";
import { secretMatches } from "../registry/secret.ts";
import type { CalloutRequest } from "./callout-request.ts";
import type { RefusalCode } from "./decide.ts";

/** How a device shows that it is the one whose client id it uses. */
export interface Proof {
  /** What is wrong with what it shows, as far as that can be said without its record. */
  screen(request: CalloutRequest, nowMs: number): RefusalCode | undefined;
  /** Why it is not the device of this record. */
  check(request: CalloutRequest, record: DeviceRecord, nowMs: number): RefusalCode | undefined;
  /** When the proof ends by itself, in milliseconds since 1970. */
  endsAt(request: CalloutRequest): number | undefined;
}

/** The secret that was handed out with the record. A certificate is not looked at. */
const secret: Proof = {
  screen: ({ userName, clientId }) => (userName === clientId ? undefined : "user-mismatch"),
  check: ({ password }, record, nowMs) =>
    secretMatches(record, password, nowMs) ? undefined : "bad-secret",
  endsAt: () => undefined,
};

/**
 * A certificate of the device CA whose common name is the client id. The handshake has shown that
 * the device holds its key, so that a password is not looked at, and a user name need not be given.
 */
const certificate: Proof = {
  screen({ userName, clientId, certificate: shown }, nowMs) {
    if (userName !== "" && userName !== clientId) return "user-mismatch";
    if (shown === undefined) return "certificate-missing";
    if (shown === "unreadable") return "certificate-unreadable";
    if (shown.commonName !== clientId) return "certificate-mismatch";
    // The handshake refuses one that has ended; sessions end by the second.
    return shown.notAfter < nowMs + 1_000 ? "certificate-expired" : undefined;
  },
  check({ certificate: shown }, { certificateFingerprint: pinned }) {
    const fingerprint = typeof shown === "object" ? shown.fingerprint : undefined;
    return pinned === undefined || pinned === fingerprint ? undefined : "certificate-unpinned";
  },
  endsAt: ({ certificate: shown }) => (typeof shown === "object" ? shown.notAfter : undefined),
};

/** The one proof that a region demands; another is worth nothing there. */
export const proofs: Readonly<Record<DeviceAuth, Proof>> = { secret, certificate };
