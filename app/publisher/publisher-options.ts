import type { PublisherError } from "./publisher-error.ts";

export interface PublisherOptions {
  /** `mqtts://host:port` of the broker. */
  readonly url: string;
  readonly username?: string;
  /** A function is asked at each connection, for what may be renewed. */
  readonly password?: string | (() => string);
  /** Who signs the broker's certificate, in PEM; the authorities that Node knows by default. */
  readonly ca?: string | Buffer | (() => string | Buffer);
  /** Folder of the journal, on a local disk, for this publisher alone. It is made where it is not there. */
  readonly journal: string;
  /** What alerts that are not confirmed may take in the journal: 64 MiB by default, 256 MiB at most. */
  readonly journalLimitBytes?: number;
  /**
   * `always`, the default: an alert is forced to disk before `publish` resolves. `never`: it survives the
   * end of the process, not that of the machine.
   */
  readonly sync?: "always" | "never";
  /** How many alerts may be on their way and not confirmed, 1,000 by default. */
  readonly window?: number;
  /** After so long without a confirmation alerts are sent again, 15 s by default; then after twice as long. */
  readonly resendMs?: number;
  /**
   * File of the private key that alerts are signed with, Ed25519 in PEM form, which nobody but its owner may
   * read. It is read once. Absent: alerts are not signed.
   */
  readonly signingKey?: string;
  /** Under what id the region knows the public half; with `signingKey`, and only then. */
  readonly keyId?: string;
  /** The name of the region whose broker `url` is, such as `eu-west`; with `signingKey`, and only then. */
  readonly region?: string;
  /** Told what is wrong, as long as it is: nothing has to be done about it but to look. */
  readonly onProblem?: (problem: PublisherError) => void;
}
