import type { KeyObject } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import {
  KeysAnswerSchema,
  type PublisherKey,
  publisherKeyObject,
} from "../../../contract/publisher-key.ts";

/** A key of a publisher, ready to verify with. Times are milliseconds since 1970. */
export interface KnownKey {
  readonly object: KeyObject;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly revoked: boolean;
}

export interface PublisherKeyRingOptions {
  /** Asks auth for the keys, and names the version that is known. */
  readonly ask: (version: string | undefined) => Promise<unknown>;
  /** Told once when it begins to fail. */
  readonly onFailure: (error: unknown) => void;
  /** Monotonic milliseconds. */
  readonly clock: () => number;
}

/** How soon what an operator changes counts here. */
const everyMs = 2_000;
const againMs = 250;
/** Keys are believed for so long while nobody tells whether they still count, as logins are by auth. */
const trustMs = 3_600_000;

/** The keys of publishers as the registry has them, a few seconds ago. */
export class PublisherKeyRing {
  readonly #options: PublisherKeyRingOptions;
  readonly #ended = new AbortController();
  #keys: ReadonlyMap<string, KnownKey> = new Map();
  #version: string | undefined;
  #toldMs = Number.NEGATIVE_INFINITY;
  #failing = false;

  constructor(options: PublisherKeyRingOptions) {
    this.#options = options;
  }

  /** Whether they were told of lately. Without that nothing can be said of a signature. */
  get trusted(): boolean {
    return this.#options.clock() - this.#toldMs < trustMs;
  }

  get(keyId: string): KnownKey | undefined {
    return this.#keys.get(keyId);
  }

  notReady(): string | undefined {
    return this.trusted ? undefined : "the keys of publishers are not known";
  }

  /** Asks until it is stopped. Resolves when the keys are known, or after so long. */
  async begin(limitMs: number): Promise<void> {
    const { promise: known, resolve } = Promise.withResolvers<void>();
    void this.#follow(resolve);
    await Promise.race([known, delay(limitMs, undefined, { ref: false })]);
  }

  stop(): void {
    this.#ended.abort();
  }

  async #follow(onKnown: () => void): Promise<void> {
    const { signal } = this.#ended;
    while (!signal.aborted) {
      const told = await this.#renew();
      if (told) onKnown();
      const pauseMs = told || this.trusted ? everyMs : againMs;
      await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  async #renew(): Promise<boolean> {
    const { ask, onFailure, clock } = this.#options;
    const askedMs = clock();
    try {
      const { version, keys } = KeysAnswerSchema.parse(await ask(this.#version));
      if (keys) this.#keys = new Map(keys.flatMap(known));
      else if (version !== this.#version) throw new Error("keys of another version are missing");
      this.#version = version;
      this.#toldMs = askedMs;
      this.#failing = false;
      return true;
    } catch (error) {
      if (!this.#failing) onFailure(error);
      this.#failing = true;
      return false;
    }
  }
}

/** Nothing for one that is no key: the others count all the same. */
function known(key: PublisherKey): [string, KnownKey][] {
  const { keyId, notBefore, notAfter = Number.POSITIVE_INFINITY, revokedAt } = key;
  try {
    const object = publisherKeyObject(key);
    return [[keyId, { object, notBefore, notAfter, revoked: revokedAt !== undefined }]];
  } catch {
    return [];
  }
}
