import { hash, randomBytes } from "node:crypto";
import { LRUCache } from "lru-cache";
import { sameProof } from "../access/sessions.ts";
import type { Checks } from "./identity-provider.ts";

/** How long the provider may take with a person. */
export const startedLifeMs = 10 * 60_000;
/** As many as are under way at a time; beyond it the oldest is forgotten. */
const startedLimit = 1_000;

/** A sign-in that a browser has begun at the provider. */
export interface Started {
  readonly checks: Checks;
  /** Of the page, to be shown afterwards. */
  readonly returnPath: string;
}

interface Waiting extends Started {
  readonly endsAt: number;
}

const keyOf = (id: string) => hash("sha256", id);

/**
 * Sign-ins that are under way. They are known by the hash of what the browser alone keeps: what comes back by another
 * browser, late, or a second time, belongs to none.
 */
export class StartedSignIns {
  readonly #clock: () => number;
  readonly #waiting = new LRUCache<string, Waiting>({ max: startedLimit });

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /** @returns what the browser keeps. */
  add(started: Started): string {
    const id = randomBytes(32).toString("base64url");
    this.#waiting.set(keyOf(id), { ...started, endsAt: this.#clock() + startedLifeMs });
    return id;
  }

  /**
   * The sign-in that a browser comes back from, once. Without its state nothing is spent: anybody's page can send a
   * browser here.
   */
  take(id: string, state: unknown): Started | undefined {
    const started = this.#waiting.peek(keyOf(id));
    if (!started || !sameProof(state, started.checks.state)) return undefined;
    this.#waiting.delete(keyOf(id));
    return this.#clock() < started.endsAt ? started : undefined;
  }
}
