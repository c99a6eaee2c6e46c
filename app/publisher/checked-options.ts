import { type AlertSigner, createAlertSigner } from "./alert-signer.ts";
import type { BrokerLogin } from "./link.ts";
import { PublisherError } from "./publisher-error.ts";
import type { PublisherOptions } from "./publisher-options.ts";

export interface CheckedOptions {
  readonly login: BrokerLogin;
  readonly journal: string;
  readonly journalLimitBytes: number;
  readonly sync: "always" | "never";
  readonly window: number;
  readonly resendMs: number;
  /** Undefined: alerts are not signed. */
  readonly sign: AlertSigner | undefined;
  readonly onProblem: (problem: PublisherError) => void;
}

const defaultPort = 8883;
const smallestJournalBytes = 256 * 1024;
/** It is compacted as one string, and Node's end at 512 MiB. */
const largestJournalBytes = 256 * 1024 ** 2;

function wrong(option: string, rule: string, got: unknown): PublisherError {
  return new PublisherError("invalid-option", `${option} ${rule}, got ${JSON.stringify(got)}`);
}

function whole(option: string, value: number, [least, most]: readonly [number, number]): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw wrong(option, `must be a whole number from ${least} to ${most}`, value);
}

function addressOf(url: string): { readonly host: string; readonly port: number } {
  const parsed = URL.parse(url);
  const bare = parsed?.username === "" && parsed.password === "" && !parsed.search && !parsed.hash;
  if (parsed?.protocol !== "mqtts:" || parsed.hostname === "" || !bare) {
    throw new PublisherError(
      "invalid-option",
      "url must be mqtts://host:port, with user and password as options of their own",
    );
  }
  // Sockets take an IPv6 address without the brackets.
  const host = parsed.hostname.replace(/^\[|\]$/g, "");
  return { host, port: Number(parsed.port || defaultPort) };
}

const given = <T>(value: T | (() => T) | undefined): (() => T) | undefined =>
  value === undefined || typeof value === "function"
    ? (value as (() => T) | undefined)
    : () => value;

function signerOf({ signingKey, keyId, region }: PublisherOptions): AlertSigner | undefined {
  const all = [signingKey, keyId, region];
  if (all.every((each) => each === undefined)) return undefined;
  if (typeof signingKey !== "string" || typeof keyId !== "string" || typeof region !== "string") {
    const rule = "signingKey, keyId and region must be given together";
    throw new PublisherError("invalid-option", rule);
  }
  return createAlertSigner({ path: signingKey, keyId, region });
}

/** @throws PublisherError `invalid-option`, which says which, what it must be, and what was given. */
export function checkOptions(options: PublisherOptions): CheckedOptions {
  const { url, username, journal, sync = "always", onProblem = () => {} } = options;
  if (typeof journal !== "string" || journal === "") {
    throw wrong("journal", "must be the path of a folder", journal);
  }
  if (sync !== "always" && sync !== "never") throw wrong("sync", "must be always or never", sync);
  const { journalLimitBytes = 64 * 1024 ** 2, window = 1_000, resendMs = 15_000 } = options;
  return {
    login: {
      ...addressOf(url),
      username,
      password: given(options.password),
      ca: given(options.ca),
    },
    journal,
    journalLimitBytes: whole("journalLimitBytes", journalLimitBytes, [
      smallestJournalBytes,
      largestJournalBytes,
    ]),
    sync,
    window: whole("window", window, [1, 60_000]),
    resendMs: whole("resendMs", resendMs, [100, 3_600_000]),
    sign: signerOf(options),
    onProblem,
  };
}
