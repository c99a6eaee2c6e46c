import type { Login } from "./login.ts";
import { encodeNews, newsLimit } from "./login-news.ts";

export interface LoginTellerOptions {
  /** Stores one message for all regions; rejects when that failed. */
  readonly store: (message: string) => Promise<unknown>;
  readonly onTold: (logins: number) => void;
  /** So many are given up: their older sessions in other regions stay. */
  readonly onUntold: (logins: number) => void;
  /** How long logins are gathered; a second by default, in milliseconds. */
  readonly gatherMs?: number;
}

const gatherDefaultMs = 1_000;
/** What is kept while nothing can be stored: ten seconds of the most that a replica admits. */
export const untoldLimit = 20_000;

/**
 * Tells other regions who logged in here: what comes within a second goes together, so that a region
 * whose devices all come back sends tens of messages, and a quiet one no more than one a second.
 */
export class LoginTeller {
  readonly #options: LoginTellerOptions;
  #gathered: Login[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;

  constructor(options: LoginTellerOptions) {
    this.#options = options;
  }

  tell(login: Login): void {
    this.#gathered.push(login);
    this.#bound();
    this.#wait();
  }

  /** Tells what is left, if it can be told at once. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#sending;
    await this.#send();
    clearTimeout(this.#timer);
    this.#options.onUntold(this.#gathered.length);
  }

  #wait(): void {
    if (this.#timer || this.#sending) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#sending = this.#send().finally(() => {
        this.#sending = undefined;
        if (this.#gathered.length > 0) this.#wait();
      });
    }, this.#options.gatherMs ?? gatherDefaultMs).unref();
  }

  async #send(): Promise<void> {
    const { store, onTold } = this.#options;
    while (this.#gathered.length > 0) {
      const logins = this.#gathered.splice(0, newsLimit);
      try {
        await store(encodeNews(logins));
        onTold(logins.length);
      } catch {
        this.#gathered.unshift(...logins);
        this.#bound();
        return;
      }
    }
  }

  /** The newest count: the devices of older ones have had the time to come again. */
  #bound(): void {
    const over = this.#gathered.length - untoldLimit;
    if (over <= 0) return;
    this.#gathered.splice(0, over);
    this.#options.onUntold(over);
  }
}
