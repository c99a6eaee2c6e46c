import type { Login } from "./login.ts";

export interface PacedClosingsOptions {
  /** Closes the connection of a login; false when it was gone already. Rejects when nobody answered. */
  readonly close: (login: Login) => Promise<boolean>;
  readonly onClosed: (login: Login) => void;
  /** It was tried three times. */
  readonly onFailure: (login: Login, error: unknown) => void;
  /** There was no room. */
  readonly onDropped: () => void;
  /** Closings begun in a minute at most. */
  readonly perMinute: number;
}

/** Devices that wait. */
export const waitingLimit = 100_000;
const attempts = 3;

interface Waiting {
  readonly login: Login;
  readonly attempt: number;
}

/**
 * Closes sessions one after the other, at a bounded pace: who forges another region's news ends no
 * more than that, and a fleet that moved is seen to without haste.
 */
export class PacedClosings {
  readonly #options: PacedClosingsOptions;
  /** One for each device: the last session that gave way. */
  readonly #waiting = new Map<string, Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PacedClosingsOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  add(login: Login): void {
    this.#put({ login, attempt: 1 });
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#waiting.clear();
  }

  #put(waiting: Waiting): void {
    const { clientId } = waiting.login;
    if (this.#waiting.size >= waitingLimit && !this.#waiting.has(clientId)) {
      this.#options.onDropped();
      return;
    }
    this.#waiting.set(clientId, waiting);
    if (!this.#timer) this.#next();
  }

  #next(): void {
    const [first] = this.#waiting.values();
    this.#timer = undefined;
    if (!first) return;
    this.#waiting.delete(first.login.clientId);
    void this.#close(first);
    this.#timer = setTimeout(() => this.#next(), 60_000 / this.#options.perMinute).unref();
  }

  async #close({ login, attempt }: Waiting): Promise<void> {
    const { close, onClosed, onFailure } = this.#options;
    try {
      if (await close(login)) onClosed(login);
    } catch (error) {
      // A later session of the device that waits meanwhile is what is to be closed next.
      if (this.#waiting.has(login.clientId)) return;
      if (attempt < attempts) this.#put({ login, attempt: attempt + 1 });
      else onFailure(login, error);
    }
  }
}
