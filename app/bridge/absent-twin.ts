import { connectAsync } from "mqtt";
import { nowMs } from "../contract/headers.ts";
import type { Logger } from "../shared/log.ts";
import type { UpstreamSettings } from "./upstream-session.ts";

export interface AbsentTwinArgs {
  /** Whether this bridge's own session brings everything that the other one's may hold. */
  readonly covers: () => boolean;
  /** When the other bridge was last heard, and its name. */
  readonly heard: () => { readonly name: string; readonly atMs: number } | undefined;
  /** When JetStream last confirmed something that this bridge stored. */
  readonly storedMs: () => number;
  /** Ends the session of a bridge of this name at the upstream broker. */
  readonly discard: (name: string) => Promise<void>;
  readonly onDiscard: () => void;
  readonly log: Logger;
}

/** Long enough for a restart on the same node, short enough for a queue that nobody notices. */
export const absentMs = 15_000;
/** A bridge that is there, and cannot be heard, begins a new session, which grows as well. */
const againMs = 60_000;
const tickMs = 1_000;
/** Who cannot store may be the one that is cut off. */
const storedWithinMs = 2_000;

/**
 * Drops the session of a bridge that is away. The broker would queue everything for it, write all of
 * that to disk again every second, and be slow for everybody. This bridge's session has the same.
 *
 * Only one of two can do so: it must have stored a moment ago, which takes a majority of the NATS
 * servers, and must not have heard the other one, which two with the same majority do.
 */
export class AbsentTwin {
  readonly #args: AbsentTwinArgs;
  readonly #timer: NodeJS.Timeout;
  #discardedMs = Number.NEGATIVE_INFINITY;

  constructor(args: AbsentTwinArgs) {
    this.#args = args;
    this.#timer = setInterval(() => void this.#check(), tickMs).unref();
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #check(): Promise<void> {
    const { covers, heard, storedMs, discard, onDiscard, log } = this.#args;
    const other = heard();
    const now = nowMs();
    if (!other || now - other.atMs < absentMs || !covers()) return;
    if (now - storedMs() > storedWithinMs || now - this.#discardedMs < againMs) return;
    this.#discardedMs = now;
    try {
      await discard(other.name);
      onDiscard();
      log.warn({ absent: other.name }, "dropped the session of a bridge that is away");
    } catch (error) {
      log.warn({ err: error, absent: other.name }, "could not drop the session of a bridge");
    }
  }
}

/** A session ends when its client begins anew and wants none kept. */
export async function endSession(settings: UpstreamSettings): Promise<void> {
  const { receiveMaximum: _, credentials, ...connection } = settings;
  const options = { ...connection, ...credentials(), minVersion: "TLSv1.3" as const };
  const client = await connectAsync({
    ...options,
    protocol: "mqtts",
    protocolVersion: 5,
    clean: true,
    properties: { sessionExpiryInterval: 0 },
    connectTimeout: 5_000,
    reconnectPeriod: 0,
  });
  await client.endAsync();
}
