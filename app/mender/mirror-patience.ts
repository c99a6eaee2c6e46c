import type { MirroredStream } from "../contract/peers.ts";
import type { RegionName } from "../contract/regions.ts";

export interface Mirror {
  readonly peer: RegionName;
  readonly stream: MirroredStream;
}

/** A mirror that the server beside us leads. */
export interface MirrorSight extends Mirror {
  /** For how long nothing came from its origin, in milliseconds; infinite when nothing has yet. */
  readonly silentMs: number;
  /** Whether a server of the core has a link to the origin's region. */
  readonly linked: boolean;
}

/** An origin sends a heartbeat each second. After a shorter silence a mirror goes on where it was. */
export const silenceMs = 5_000;
/** What nats-server is given for asking by itself once the link stands, which it often does. */
export const patienceMs = 1_000;
/** After so long a silence nats-server has asked, and waits for an answer that cannot come when the link was away. */
export const askedMs = 12_000;
/**
 * Between two attempts of one server with one mirror: twice as long after each that brought nothing.
 * Each of the three servers has a turn in that time: so a mirror changes its leader every half minute.
 */
const firstPauseMs = 3_000;
const longestPauseMs = 90_000;
/** A new leader counts as heard when its request was granted, whether anything comes or not. */
const helpedMs = 2 * silenceMs;

export const isSilent = ({ silentMs }: Pick<MirrorSight, "silentMs">) => silentMs > silenceMs;

interface Wait {
  /** Since when it has been silent over a link that stands; undefined when another server leads it. */
  readonly since: number | undefined;
  /** Since when it has been heard at each look; undefined when it was silent at the last one. */
  readonly heardSince: number | undefined;
  /** Whether there was no link at the last look. */
  readonly unlinked: boolean;
  readonly attempts: number;
  readonly lastAt: number;
}

const firstWait: Wait = {
  ...{ since: undefined, heardSince: undefined, unlinked: false },
  ...{ attempts: 0, lastAt: Number.NEGATIVE_INFINITY },
};

const pauseMs = ({ attempts }: Wait) =>
  attempts === 0 ? 0 : Math.min(firstPauseMs * 2 ** (attempts - 1), longestPauseMs);

/**
 * Which mirrors have waited in vain. nats-server asks an origin while nobody hears it, too, waits 30
 * seconds for the answer, and up to two minutes more with each failure, whether the link is back or not.
 */
export class MirrorPatience {
  readonly #waits = new Map<string, Wait>();

  /** @returns those that are to be led by another server, now. */
  due(sights: readonly MirrorSight[], nowMs: number): readonly Mirror[] {
    const waiting = new Set<string>();
    const due = sights.filter((sight) => {
      const key = `${sight.peer} ${sight.stream}`;
      if (!isSilent(sight)) {
        if (this.#hasHelped(key, nowMs)) this.#waits.delete(key);
        else waiting.add(key);
        return false;
      }
      waiting.add(key);
      // A link that comes back is a new chance.
      if (!sight.linked) {
        const { lastAt } = this.#waits.get(key) ?? firstWait;
        this.#waits.set(key, { ...firstWait, lastAt, unlinked: true });
      }
      return sight.linked && this.#isDue(key, sight, nowMs);
    });
    this.#leave(waiting, nowMs);
    return due.map(({ peer, stream }) => ({ peer, stream }));
  }

  /** Whether it has been heard for so long that it is not the grant alone. */
  #hasHelped(key: string, nowMs: number): boolean {
    const wait = this.#waits.get(key);
    if (!wait) return true;
    const heardSince = wait.heardSince ?? nowMs;
    this.#waits.set(key, { ...wait, ...{ since: undefined, unlinked: false }, heardSince });
    return nowMs >= heardSince + helpedMs;
  }

  #isDue(key: string, { silentMs }: MirrorSight, nowMs: number): boolean {
    const { unlinked, ...before } = this.#waits.get(key) ?? firstWait;
    const wait = { ...before, heardSince: undefined, unlinked: false };
    const since = wait.since ?? nowMs;
    const waitsInVain = unlinked && silentMs > askedMs;
    // Also a link that comes and goes, or is misread, moves no mirror more often than that.
    const isDue =
      nowMs >= wait.lastAt + Math.max(firstPauseMs, pauseMs(wait)) &&
      (waitsInVain || nowMs >= since + patienceMs);
    const attempted = { since: undefined, attempts: wait.attempts + 1, lastAt: nowMs };
    this.#waits.set(key, { ...wait, ...(isDue ? attempted : { since }) });
    return isDue;
  }

  /** Others lead the rest by now: what became of them is not known here. */
  #leave(waiting: ReadonlySet<string>, nowMs: number): void {
    for (const [key, wait] of this.#waits) {
      if (waiting.has(key)) continue;
      if (nowMs > wait.lastAt + 2 * longestPauseMs) this.#waits.delete(key);
      else
        this.#waits.set(key, {
          ...wait,
          ...{ since: undefined, heardSince: undefined },
          unlinked: false,
        });
    }
  }
}
