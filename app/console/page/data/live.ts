import { useEffect, useState, useSyncExternalStore } from "react";
import type { Overview, Point } from "../../live/overview.ts";
import { ask } from "./api.ts";

/** What the page knows of the region. */
export interface Live {
  readonly overview: Overview | undefined;
  /** Points of the charts, the oldest first. */
  readonly history: readonly Point[];
  /** When the newest of it came, by this browser's clock. */
  readonly receivedAt: number | undefined;
}

/** Figures come every two seconds: older ones are stale. */
export const staleMs = 4_500;
const historyMs = 15 * 60_000;
const againMs = 2_000;

/** The server's live figures, for as long as somebody looks. */
export class LiveFigures {
  #live: Live = { overview: undefined, history: [], receivedAt: undefined };
  #source: EventSource | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #listeners = new Set<() => void>();

  read = (): Live => this.#live;

  /** @returns ends it; the last listener closes the connection. */
  listen = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (this.#listeners.size === 1) this.#open();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#close();
    };
  };

  #open(): void {
    const source = new EventSource("/api/v1/live");
    this.#source = source;
    // After each connection the server begins with the whole history: no gap is left.
    source.addEventListener("history", ({ data }) => this.#set({ history: JSON.parse(data) }));
    source.addEventListener("now", ({ data }) => this.#take(JSON.parse(data)));
    source.addEventListener("error", () => {
      // The browser comes again by itself, unless it was refused.
      if (source.readyState === EventSource.CLOSED) this.#again();
    });
  }

  /** Asks who is signed in: when nobody is, the page is told so. */
  #again(): void {
    this.#close();
    ask("/session").catch(() => {});
    this.#timer = setTimeout(() => this.#open(), againMs);
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
  }

  #take(overview: Overview): void {
    const begins = overview.now.at - historyMs;
    const kept = this.#live.history.filter(({ at }) => at > begins && at < overview.now.at);
    this.#set({ overview, history: [...kept, overview.now], receivedAt: Date.now() });
  }

  #set(change: Partial<Live>): void {
    this.#live = { ...this.#live, ...change };
    for (const listener of this.#listeners) listener();
  }
}

const figures = new LiveFigures();
export const useLive = (): Live => useSyncExternalStore(figures.listen, figures.read);

/** Time that goes by while a page is looked at, in milliseconds since 1970. */
export function useNow(everyMs = 500): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
