import { randomBytes } from "node:crypto";
import { inboxPrefix } from "../contract/service-user.ts";
import { subjects } from "../contract/subjects.ts";
import type { NatsConnection } from "../shared/nats.ts";

const noResponders = 503;

/** The way to devices: what is sent here reaches the device under its topic, and is stored nowhere. */
export class DeviceLine {
  readonly #connection: NatsConnection;
  readonly #inbox: string;
  readonly #unheard = new Set<string>();
  #next = 0;

  constructor(connection: NatsConnection, user: string) {
    this.#connection = connection;
    this.#inbox = `${inboxPrefix(user)}.${randomBytes(8).toString("hex")}`;
    connection.subscribe(`${this.#inbox}.*`, {
      callback: (_error, { subject, headers }) => {
        if (headers?.code === noResponders) this.#unheard.add(subject);
      },
    });
  }

  send(clientId: string, payload: Uint8Array): void {
    this.#connection.publish(subjects.alerts(clientId), payload);
  }

  /** Resolves when the server has all that was sent. */
  flush(): Promise<void> {
    return this.#connection.flush();
  }

  /** Sends, and tells whether somebody was subscribed. */
  async sendIfHeard(clientId: string, payload: Uint8Array): Promise<boolean> {
    const reply = `${this.#inbox}.${this.#next++}`;
    this.#connection.publish(subjects.alerts(clientId), payload, { reply });
    // The server answers in order, so an answer that nobody is there has come by then.
    await this.#connection.flush();
    return !this.#unheard.delete(reply);
  }
}
