import type { LiveSession, LiveSessions } from "./live-sessions.ts";

export interface SessionCloserOptions {
  readonly sessions: Pick<LiveSessions, "of" | "all" | "close">;
  readonly onClosed: (session: LiveSession) => void;
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
    const { sessions, onClosed } = this.#options;
    const closing: Promise<void>[] = [];
    const take = (session: LiveSession) => {
      if (!clientIds.has(session.clientId) || session.startedAt > beforeMs) return;
      closing.push(sessions.close(session).then(() => onClosed(session)));
    };
    if (clientIds.size > fewDevices) {
      for await (const page of sessions.all()) page.forEach(take);
    } else {
      const takeOf = async (id: string) => {
        for await (const session of sessions.of(id)) take(session);
      };
      await Promise.all([...clientIds].map(takeOf));
    }
    const failed = (await Promise.allSettled(closing)).find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
  }
}
