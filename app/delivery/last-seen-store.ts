import { nowMs } from "../contract/headers.ts";
import { subjects } from "../contract/subjects.ts";
import type { AcknowledgedPublisher } from "../shared/acknowledged-publisher.ts";
import { messageHeaders, type NatsConnection } from "../shared/nats.ts";
import { storeMessage } from "../shared/store-message.ts";
import { readLast } from "../shared/stored-messages.ts";
import { type LastSeen, neverSeen, parseLastSeen } from "./last-seen.ts";

const stream = "LAST_SEEN";
/** Devices that are asked for together. */
const batch = 100;

interface Asked {
  readonly clientId: string;
  readonly resolve: (seen: LastSeen) => void;
  readonly reject: (error: unknown) => void;
}

/** What is known of each device, in the stream LAST_SEEN. */
export class LastSeenStore {
  readonly #connection: NatsConnection;
  readonly #publisher: Pick<AcknowledgedPublisher, "publish">;
  #asked: Asked[] = [];

  constructor(connection: NatsConnection, publisher: Pick<AcknowledgedPublisher, "publish">) {
    this.#connection = connection;
    this.#publisher = publisher;
  }

  /** Those that are asked for in one turn are read together. */
  read(clientId: string): Promise<LastSeen> {
    return new Promise((resolve, reject) => {
      this.#asked.push({ clientId, resolve, reject });
      if (this.#asked.length === batch) void this.#ask();
      else if (this.#asked.length === 1) setImmediate(() => void this.#ask());
    });
  }

  /** Rejects only when the signal ends the attempts. */
  async write(clientId: string, seen: LastSeen, signal: AbortSignal): Promise<void> {
    await storeMessage(
      this.#publisher,
      subjects.lastSeen(clientId),
      Buffer.from(JSON.stringify(seen)),
      { headers: messageHeaders(), signal, onRetry: () => {} },
    );
  }

  async #ask(): Promise<void> {
    const asked = this.#asked;
    this.#asked = [];
    if (asked.length === 0) return;
    try {
      const wanted = [...new Set(asked.map(({ clientId }) => subjects.lastSeen(clientId)))];
      const found = await readLast(this.#connection, stream, { subjects: wanted });
      const known = new Map(
        found.map(({ subject, data }) => [subject, parseLastSeen(data, nowMs())]),
      );
      for (const { clientId, resolve } of asked) {
        resolve(known.get(subjects.lastSeen(clientId)) ?? neverSeen);
      }
    } catch (error) {
      for (const { reject } of asked) reject(error);
    }
  }
}
