import { setTimeout as delay } from "node:timers/promises";
import type { BrokerAccess } from "../../test/support/broker.ts";

export interface LoadOptions {
  readonly prefix: string;
  readonly clients: number;
  readonly messages: number;
  readonly perSecond: number;
  /** Alerts of one client before the next one's turn, 1 by default. */
  readonly inARow?: number;
  /** The same text each time. They have different ones by default. */
  readonly text?: string;
}

/** Without what came a second time: all that a bridge without a second one promises. */
export const onlyFirst = (stored: ReadonlyMap<string, string[]>) =>
  new Map([...stored].map(([client, texts]) => [client, [...new Set(texts)]]));

/** Alerts of some clients, published in turn. */
export class Load {
  /** Texts per client, in the order in which they were published. */
  readonly sent = new Map<string, string[]>();
  /** When the broker has acknowledged everything. */
  readonly finished: Promise<void>;
  /** Published so far. */
  count = 0;

  constructor(broker: BrokerAccess, options: LoadOptions) {
    this.finished = this.#run(broker, options);
  }

  async #run(broker: BrokerAccess, options: LoadOptions): Promise<void> {
    const publisher = await broker.publisher();
    publisher.on("error", () => {});
    const begun = performance.now();
    const acknowledged: Promise<unknown>[] = [];
    for (let n = 0; n < options.messages; n++) {
      this.count++;
      const turn = Math.floor(n / (options.inARow ?? 1));
      const client = `${options.prefix}${turn % options.clients}`;
      const text = options.text ?? JSON.stringify({ id: `a${n}`, n });
      this.sent.set(client, [...(this.sent.get(client) ?? []), text]);
      acknowledged.push(publisher.publishAsync(`clients/${client}/alerts`, text, { qos: 1 }));
      const due = begun + ((n + 1) * 1000) / options.perSecond;
      await delay(Math.max(0, due - performance.now()));
    }
    await Promise.all(acknowledged);
    await publisher.endAsync();
  }
}
