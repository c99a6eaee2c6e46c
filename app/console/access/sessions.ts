import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Holder } from "./holder.ts";
import type { TokenBook } from "./token-book.ts";

export interface SessionLimits {
  /** Without a request of its person. */
  readonly idleMs: number;
  /** However much it is used. */
  readonly lifeMs: number;
}

interface Session {
  /** Whom it was opened for. A token that was withdrawn ends it. */
  readonly holder: Holder;
  /** At the latest, in milliseconds since 1970. */
  readonly endsAt: number;
  seenAt: number;
  /** What a page of this session proves itself with when it changes something. */
  readonly proof: string;
}

/** A session that was just opened. `id` is the cookie's value, and nowhere else. */
export interface OpenedSession {
  readonly id: string;
  readonly proof: string;
  readonly holder: Holder;
}

export interface FoundSession {
  readonly key: string;
  readonly holder: Holder;
  readonly proof: string;
  /** When it ends at the latest, in milliseconds since 1970. */
  readonly endsAt: number;
}

export interface SessionsOptions {
  readonly tokens: Pick<TokenBook, "current">;
  readonly limits: SessionLimits;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** As many as are remembered at a time; beyond it the one that was used longest ago ends. */
const sessionLimit = 2_000;
/** Of one holder, so that nobody can push out the others by signing in again and again. */
const sessionsOfOne = 20;
const secret = () => randomBytes(32).toString("base64url");
const keyOf = (id: string) => hash("sha256", id);

/**
 * Who is signed in at the page. Sessions live in this process alone and end with it: whoever reads its memory is the
 * only one who could take them over, and signing out is certain at once. They are known by the hash of what the
 * browser keeps.
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new LRUCache<string, Session>({ max: sessionLimit });

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** @param notAfter when it ends at the latest, in milliseconds since 1970, if that is before its life is over. */
  open(holder: Holder, notAfter = Number.POSITIVE_INFINITY): OpenedSession {
    const theirs = this.#of(holder);
    // From the one that was used last to the one that was used longest ago.
    for (const key of theirs.slice(sessionsOfOne - 1)) this.#sessions.delete(key);
    const [id, proof, now] = [secret(), secret(), this.#options.clock()];
    const endsAt = Math.min(now + this.#options.limits.lifeMs, notAfter);
    const session = { holder, endsAt, seenAt: now, proof };
    this.#sessions.set(keyOf(id), session);
    return { id, proof, holder };
  }

  /** The session of a cookie, with what its holder may do by now. Undefined when there is none any more. */
  find(id: string): FoundSession | undefined {
    return this.#standing(keyOf(id));
  }

  /** Puts the end by idleness off. */
  touch(key: string): void {
    const session = this.#sessions.get(key);
    if (session) session.seenAt = this.#options.clock();
  }

  /** Whether it has ended meanwhile, for what goes on longer than a request. */
  stands = (key: string): boolean => this.#standing(key) !== undefined;

  close(key: string): void {
    this.#sessions.delete(key);
  }

  /** Ends every session of a token or a person. @returns how many. */
  closeAll(holder: Holder): number {
    const theirs = this.#of(holder);
    for (const key of theirs) this.#sessions.delete(key);
    return theirs.length;
  }

  #of({ identity }: Holder): readonly string[] {
    return [...this.#sessions.entries()].flatMap(([key, { holder }]) =>
      holder.identity === identity ? [key] : [],
    );
  }

  #standing(key: string): FoundSession | undefined {
    const { tokens, limits, clock } = this.#options;
    const session = this.#sessions.peek(key);
    if (!session) return undefined;
    const holder = tokens.current(session.holder);
    const { endsAt } = session;
    const now = clock();
    if (!holder || now >= endsAt || now >= session.seenAt + limits.idleMs) {
      this.#sessions.delete(key);
      return undefined;
    }
    return { key, holder, proof: session.proof, endsAt };
  }
}

/** Takes the same time wherever the two differ. */
export function sameProof(offered: unknown, proof: string): boolean {
  if (typeof offered !== "string" || offered.length !== proof.length) return false;
  return timingSafeEqual(Buffer.from(hash("sha256", offered)), Buffer.from(hash("sha256", proof)));
}
