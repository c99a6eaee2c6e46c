import { hash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import type { ApiTokenEntry } from "../../contract/api-token.ts";
import type { TokenBook } from "./token-book.ts";

/** How long a link waits to be opened. */
export const linkLifeMs = 15 * 60_000;
/** As many as wait at a time; beyond it the oldest is forgotten. */
const linkLimit = 1_000;

interface Waiting {
  readonly tokenDigest: string;
  readonly endsAt: number;
}

/** Codes that open one session each: so a token need not be typed, or lie in a browser's history. */
export class SignInLinks {
  readonly #tokens: Pick<TokenBook, "entryOf">;
  readonly #clock: () => number;
  readonly #waiting = new LRUCache<string, Waiting>({ max: linkLimit });

  constructor(options: {
    readonly tokens: Pick<TokenBook, "entryOf">;
    readonly clock: () => number;
  }) {
    this.#tokens = options.tokens;
    this.#clock = options.clock;
  }

  /** @returns the code, and when it ends, in milliseconds since 1970. */
  issue(holder: ApiTokenEntry): { readonly code: string; readonly endsAt: number } {
    const code = `snl_${randomBytes(32).toString("base64url")}`;
    const endsAt = this.#clock() + linkLifeMs;
    this.#waiting.set(hash("sha256", code), { tokenDigest: holder.sha256, endsAt });
    return { code, endsAt };
  }

  /** Whom a code signs in, once: it is spent by being asked for. */
  redeem(code: string): ApiTokenEntry | undefined {
    const key = hash("sha256", code);
    const link = this.#waiting.get(key);
    this.#waiting.delete(key);
    if (!link || this.#clock() >= link.endsAt) return undefined;
    return this.#tokens.entryOf(link.tokenDigest);
  }
}
