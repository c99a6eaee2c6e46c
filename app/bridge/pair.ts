import { nowMs } from "../contract/headers.ts";
import { Recent } from "./recent.ts";

/** What waits for its turn. */
export interface Turn {
  /** See `Sequence`. */
  readonly name: string;
  /** Whether both bridges give it this name. */
  readonly shared: boolean;
  readonly receivedMs: number;
}

/** Everything up to and with the message of this name is stored, or needs not be. */
export interface Statement {
  readonly from: string;
  /** `ends`: it led, and is about to stop. */
  readonly role: "leads" | "follows" | "ends";
  readonly name: string;
}

export interface PairArgs<T extends Turn> {
  readonly replica: string;
  /** Takes a message that is to be stored now. */
  readonly store: (turn: T) => void;
  /** Takes a message that the other bridge has stored. */
  readonly confirm: (turn: T) => void;
  /** Takes a message that the broker will send again. */
  readonly forget: (turn: T) => void;
  readonly tell: (statement: Statement) => void;
  /** Since when the other bridge could be heard, as far as that depends on this side. */
  readonly reachableSinceMs: () => number;
  /** This bridge leads from now on. */
  readonly onLead: () => void;
}

/**
 * How long a follower leaves a message to the leader. Longer than storing takes as a rule, since the
 * leader publishes once more what both store, and short enough for a failover.
 */
export const followMs = 250;

/**
 * The same while what the session kept is being read, and for what has no name in common: the other
 * bridge has most likely stored it, and says so when it comes to this connection's mark. Counts from
 * the last that was heard of the other one.
 */
export const catchUpMs = 3_000;
/** So long at most, if the other one is there and does not say it. */
export const catchUpLimitMs = 30_000;

const tickMs = 25;
/**
 * A leader says so often how far it is; a follower, which says it for whoever comes back, less often.
 * Both say it again when nothing has come.
 */
const tellMs = { leads: 20, follows: 1_000 } as const;

/**
 * Who of two bridges stores what. Each receives every message; the leader stores at once, the follower
 * keeps its copy until the leader says that it is stored.
 *
 * Nobody elects: a follower that waits for too long leads. Should both lead, JetStream removes what
 * both store, since both give a message the same name, and the one with the later name yields. So
 * nothing here decides whether an alert is lost or repeated, only how much is done twice.
 */
export class Pair<T extends Turn> {
  readonly #args: PairArgs<T>;
  /** In the order of the session, by name. */
  readonly #waiting = new Map<string, T>();
  readonly #stated = new Recent();
  readonly #told = new Recent();
  readonly #timer: NodeJS.Timeout;
  #leads = false;
  #caughtUp = false;
  #passed: string | undefined;
  #toldMs = 0;
  #heard: { readonly name: string; readonly atMs: number } | undefined;
  #covers = false;
  #telling: NodeJS.Timeout | undefined;

  constructor(args: PairArgs<T>) {
    this.#args = args;
    this.#timer = setInterval(() => {
      this.#check();
      if (nowMs() - this.#toldMs > tellMs.follows) this.#tell();
    }, tickMs).unref();
  }

  get leads(): boolean {
    return this.#leads;
  }

  /** The other bridge, and when it was heard last. */
  get heard(): { readonly name: string; readonly atMs: number } | undefined {
    return this.#heard;
  }

  /** Whether this session brings everything that the other bridge has not seen to. */
  get covers(): boolean {
    return this.#covers;
  }

  /** What this session brings was published from now on. */
  newSession(): void {
    this.#covers = false;
  }

  take(turn: T): void {
    if (this.#leads) {
      this.#args.store(turn);
      return;
    }
    this.#waiting.set(turn.name, turn);
    if (this.#stated.has(turn.name)) this.#confirmUpTo(turn.name);
  }

  /** This connection has brought everything that the session had kept before. */
  caughtUp(): void {
    this.#caughtUp = true;
  }

  /** Stores what waits: the other bridge's session may not hold it. */
  storeWaiting(): void {
    for (const turn of this.#waiting.values()) this.#args.store(turn);
    this.#waiting.clear();
  }

  lead(): void {
    if (this.#leads) return;
    this.#leads = true;
    this.storeWaiting();
    this.#args.onLead();
  }

  /** The connection is gone, and the other bridge has what comes meanwhile. */
  disconnected(): void {
    this.#leads = false;
    this.#caughtUp = false;
    this.#passed = undefined;
    for (const turn of this.#waiting.values()) this.#args.forget(turn);
    this.#waiting.clear();
  }

  /** The broker was told that everything up to this message is stored. */
  passed(name: string, { atOnce = false } = {}): void {
    this.#passed = name;
    if (atOnce) this.#tell();
    this.#telling ??= setTimeout(
      () => this.#tell(),
      Math.max(0, this.#toldMs + tellMs[this.#role()] - nowMs()),
    ).unref();
  }

  hear({ from, role, name }: Statement): void {
    const { replica } = this.#args;
    if (from === replica) return;
    this.#heard = { name: from, atMs: nowMs() };
    // What comes after a message that came here comes here, too.
    if (this.#waiting.has(name) || this.#told.has(name)) this.#covers = true;
    if (role === "leads" && from < replica) this.#leads = false;
    if (this.#waiting.has(name)) this.#confirmUpTo(name);
    else this.#stated.add(name);
    if (role === "ends" && this.#caughtUp) this.lead();
  }

  end(): void {
    clearInterval(this.#timer);
    if (this.#leads) this.#tell("ends");
    clearTimeout(this.#telling);
  }

  #role(): "leads" | "follows" {
    return this.#leads ? "leads" : "follows";
  }

  #tell(role: Statement["role"] = this.#role()): void {
    clearTimeout(this.#telling);
    this.#telling = undefined;
    this.#toldMs = nowMs();
    if (this.#passed === undefined) return;
    this.#told.add(this.#passed);
    this.#args.tell({ from: this.#args.replica, role, name: this.#passed });
  }

  #confirmUpTo(name: string): void {
    for (const [each, turn] of this.#waiting) {
      this.#waiting.delete(each);
      this.#args.confirm(turn);
      if (each === name) return;
    }
  }

  #check(): void {
    const [first] = this.#waiting.values();
    if (first && nowMs() > this.#untilMs(first)) this.lead();
  }

  /** How long a message is left to the other bridge. */
  #untilMs({ receivedMs, shared }: Turn): number {
    const sinceMs = Math.max(receivedMs, this.#args.reachableSinceMs());
    if (shared && this.#caughtUp) return sinceMs + followMs;
    return Math.min(
      Math.max(sinceMs, this.#heard?.atMs ?? 0) + catchUpMs,
      sinceMs + catchUpLimitMs,
    );
  }
}
