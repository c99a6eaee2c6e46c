import type { LiveSession, LiveSessions, SessionPlace } from "./live-sessions.ts";

export interface SessionCloserOptions {
  readonly sessions: Pick<LiveSessions, "of" | "all" | "ofAt" | "at" | "close">;
  readonly onClosed: (session: Pick<LiveSession, "clientId">) => void;
}

/** For more devices than this one listing of all sessions is cheaper than a question for each. */
export const fewDevices = 16;

/** Closes the sessions of devices whose right to connect has changed. */
export class SessionCloser {
  readonly #options: SessionCloserOptions;

  constructor(options: SessionCloserOptions) {
    this.#options = options;
  }

  /**
   * Closes each as soon as its server tells of it, and only those that began before a time, in
   * milliseconds since 1970. Rejects when a server could not be asked or did not confirm.
   */
  async close(clientIds: ReadonlySet<string>, beforeMs: number): Promise<void> {
    const { sessions } = this.#options;
    const found =
      clientIds.size > fewDevices
        ? [sessions.all()]
        : [...clientIds].map((id) => pagesOf(sessions.of(id)));
    await this.#closeAll(found, clientIds, beforeMs);
  }

  /** The same with those of one server. */
  async closeAt(serverId: string, clientIds: ReadonlySet<string>, beforeMs: number): Promise<void> {
    const { sessions } = this.#options;
    const found =
      clientIds.size > fewDevices
        ? [sessions.at(serverId)]
        : [...clientIds].map((id) => sessions.ofAt(serverId, id));
    await this.#closeAll(found, clientIds, beforeMs);
  }

  /** Closes one whose place is known. False when it is gone. */
  async closeOne(session: SessionPlace & Pick<LiveSession, "clientId">): Promise<boolean> {
    const closed = await this.#options.sessions.close(session);
    if (closed) this.#options.onClosed(session);
    return closed;
  }

  async #closeAll(
    found: readonly AsyncIterable<readonly LiveSession[]>[],
    clientIds: ReadonlySet<string>,
    beforeMs: number,
  ): Promise<void> {
    const { sessions, onClosed } = this.#options;
    const closing: Promise<void>[] = [];
    const take = (session: LiveSession) => {
      if (!clientIds.has(session.clientId) || session.startedAt > beforeMs) return;
      const closed = sessions.close(session).then(() => onClosed(session));
      // It may fail while others are still looked for.
      closed.catch(() => {});
      closing.push(closed);
    };
    const takeAll = async (pages: AsyncIterable<readonly LiveSession[]>) => {
      for await (const page of pages) page.forEach(take);
    };
    await Promise.all(found.map(takeAll));
    const failed = (await Promise.allSettled(closing)).find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
  }
}

async function* pagesOf(sessions: AsyncIterable<LiveSession>): AsyncGenerator<[LiveSession]> {
  for await (const session of sessions) yield [session];
}
