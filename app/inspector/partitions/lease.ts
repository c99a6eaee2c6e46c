import { setMaxListeners } from "node:events";

/** Our right to publish what a partition holds is over. */
export class LeaseEnded extends Error {
  override readonly name = "LeaseEnded";
  readonly code: "taken" | "expired" | "handed-over";
  readonly partition: number;

  constructor(code: LeaseEnded["code"], partition: number) {
    super(`partition ${partition}: lease ${code}`);
    this.code = code;
    this.partition = partition;
  }
}

/** The right to publish what one partition holds, as those see it who use it. */
export interface Lease {
  readonly partition: number;
  /** Up to this sequence of the log somebody else may have stored results before it was claimed. */
  readonly inDoubtUpTo: number;
  /** Aborts when the right ends; the reason is a LeaseEnded. */
  readonly signal: AbortSignal;
  /** Whether the right still exists. Ask before every publish: this process may have been paused. */
  readonly held: () => boolean;
  /**
   * Whether what was sent under it stays ours to send once more, also after its end: its cursor may be
   * written past what a server was only just given, as it is handed back. Otherwise whoever is next sends it.
   */
  readonly keepsSent: boolean;
}

export interface OwnLease extends Lease {
  /** Of our last write of the entry. */
  readonly revision: number;
  readonly renewedMs: number;
  /** A write was stored. Its time is when it was sent: others watch from when it was stored, later. */
  readonly renewed: (revision: number, sentMs: number) => void;
  /** Nobody else may be able to send what was sent under it. */
  readonly keepSent: () => void;
  readonly end: (code: LeaseEnded["code"]) => void;
}

export interface LeaseGrant {
  readonly partition: number;
  readonly inDoubtUpTo: number;
  readonly revision: number;
  /** When the claim was sent. */
  readonly sentMs: number;
  /** How long after a write we trust in it: well below the time after which others may claim. */
  readonly trustMs: number;
  /** Monotonic, so that it goes on while the process is stopped. */
  readonly clock: () => number;
}

export function createLease(grant: LeaseGrant): OwnLease {
  const { partition, inDoubtUpTo, trustMs, clock } = grant;
  const ending = new AbortController();
  // Every message that waits for a retry listens: many at once are no leak.
  setMaxListeners(0, ending.signal);
  let { revision, sentMs: renewedMs } = grant;
  let keepsSent = false;
  const end = (code: LeaseEnded["code"]) => {
    if (!ending.signal.aborted) ending.abort(new LeaseEnded(code, partition));
  };
  return {
    partition,
    inDoubtUpTo,
    signal: ending.signal,
    get revision() {
      return revision;
    },
    get renewedMs() {
      return renewedMs;
    },
    get keepsSent() {
      return keepsSent;
    },
    held() {
      if (ending.signal.aborted) return false;
      if (clock() - renewedMs < trustMs) return true;
      end("expired");
      return false;
    },
    renewed(next, sentMs) {
      revision = next;
      renewedMs = sentMs;
    },
    keepSent() {
      keepsSent = true;
    },
    end,
  };
}
