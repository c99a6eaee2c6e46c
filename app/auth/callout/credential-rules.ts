import type { DeviceAuth } from "../../contract/device.ts";
import type { DeviceRecord } from "../../registry/device-record.ts";
import { matchingSecret } from "../../registry/secret.ts";
import type { CalloutRequest } from "./callout-request.ts";
import { type Refusal, refuse } from "./refusal.ts";
import { certificateProof, proofOf } from "./session-proof.ts";

/** What a device has shown itself to be. */
export interface Proven {
  readonly outcome: "proven";
  /** Names what it proved itself with: the session lives only as long as that is good. */
  readonly proof: string;
  /** When the proof ends by itself, in milliseconds since 1970. Undefined: never. */
  readonly endsAt?: number;
}

/** How a device shows that it is the one whose client id it uses. */
export interface CredentialRule {
  /** What is wrong with what it shows, as far as that can be said without its record. */
  screen(request: CalloutRequest, nowMs: number): Refusal | undefined;
  /** Whether it is the device of this record. The request was screened. */
  check(request: CalloutRequest, record: DeviceRecord, nowMs: number): Proven | Refusal;
}

/** The secret that was handed out with the record. A certificate is not looked at. */
const secret: CredentialRule = {
  screen: ({ userName, clientId }) => (userName === clientId ? undefined : refuse("user-mismatch")),
  check({ password }, record, nowMs) {
    const matching = matchingSecret(record, password, nowMs);
    return matching ? { outcome: "proven", proof: proofOf(matching) } : refuse("bad-secret");
  },
};

/**
 * A certificate of the device CA whose common name is the client id. The handshake has shown that
 * the device holds its key, so that user name and password say nothing more and are not looked at:
 * device SDKs put things of their own there, such as `?SDK=NodeJSv2&Version=1.22.0`.
 */
const certificate: CredentialRule = {
  screen({ clientId, certificate: shown }, nowMs) {
    if (shown === undefined) return refuse("certificate-missing");
    if (shown === "unreadable") return refuse("certificate-unreadable");
    if (shown.commonName !== clientId) return refuse("certificate-mismatch");
    // The handshake refuses one that has ended; sessions end by the second.
    return shown.notAfter < nowMs + 1_000 ? refuse("certificate-expired") : undefined;
  },
  check({ certificate: shown }, { certificateFingerprint: pinned }) {
    if (typeof shown !== "object") return refuse("certificate-missing");
    if (pinned !== undefined && pinned !== shown.fingerprint) return refuse("certificate-unpinned");
    const proof = certificateProof(shown.fingerprint);
    return { outcome: "proven", proof, endsAt: shown.notAfter };
  },
};

/** The one rule of a region; what another one asks for is worth nothing there. */
export const credentialRules: Readonly<Record<DeviceAuth, CredentialRule>> = {
  secret,
  certificate,
};
