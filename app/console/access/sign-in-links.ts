import { hash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { Holder } from "./holder.ts";
import type { TokenBook } from "./token-book.ts";

/** How long a link waits to be opened. */
export const linkLifeMs = 15 * 60_000;
/** As many as wait at a time; beyond it the oldest is forgotten. */
const linkLimit = 1_000;
/** Of one holder, so that nobody can push out the links of others. */
const linksOfOne = 20;

interface Waiting {
  readonly holder: Holder;
  readonly endsAt: number;
  readonly sessionEndsAt: number | undefined;
}

/** What a link opens. */
export interface Redeemed {
  readonly holder: Holder;
  /** When its session ends at the latest, in milliseconds since 1970; undefined: as one by the token does. */
  readonly sessionEndsAt: number | undefined;
}

/** Codes that open one session each: so a token need not be typed, or lie in a browser's history. */
export class SignInLinks {
  readonly #tokens: Pick<TokenBook, "current">;
  readonly #clock: () => number;
  readonly #waiting = new LRUCache<string, Waiting>({ max: linkLimit });

  constructor(options: {
    readonly tokens: Pick<TokenBook, "current">;
    readonly clock: () => number;
  }) {
    this.#tokens = options.tokens;
    this.#clock = options.clock;
  }

  /**
   * What is made by a session opens none that outlasts it: whoever has stolen one must not renew it.
   *
   * @param sessionEndsAt of the session that asks; undefined for a token.
   * @returns the code, and when it ends, in milliseconds since 1970.
   */
  issue(
    holder: Holder,
    sessionEndsAt?: number,
  ): { readonly code: string; readonly endsAt: number } {
    // From the newest to the oldest.
    for (const key of this.#of(holder).slice(linksOfOne - 1)) this.#waiting.delete(key);
    const code = `snl_${randomBytes(32).toString("base64url")}`;
    const endsAt = Math.min(this.#clock() + linkLifeMs, sessionEndsAt ?? Number.POSITIVE_INFINITY);
    this.#waiting.set(hash("sha256", code), { holder, endsAt, sessionEndsAt });
    return { code, endsAt };
  }

  /** Whoever signs out everywhere wants nobody to come in by what was made before. */
  forgetAll(holder: Holder): void {
    for (const key of this.#of(holder)) this.#waiting.delete(key);
  }

  #of({ identity }: Holder): readonly string[] {
    return [...this.#waiting.entries()].flatMap(([key, { holder }]) =>
      holder.identity === identity ? [key] : [],
    );
  }

  /** Whom a code signs in, once: it is spent by being asked for. */
  redeem(code: string): Redeemed | undefined {
    const key = hash("sha256", code);
    const link = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (!link || this.#clock() >= link.endsAt) return undefined;
    const holder = this.#tokens.current(link.holder);
    return holder && { holder, sessionEndsAt: link.sessionEndsAt };
  }
}
