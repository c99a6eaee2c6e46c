import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type IClientOptions, type IConnackPacket, type MqttClient } from "mqtt";
import { alertSignatureProperty } from "../contract/alert-signature.ts";
import { type Confirmation, confirmationTopic } from "../contract/confirmation.ts";
import { alertIdProperty } from "../contract/message-id.ts";
import { topics } from "../contract/subjects.ts";
import type { AlertSigner } from "./alert-signer.ts";
import { parseConfirmations } from "./confirmation-message.ts";
import type { JournaledAlert } from "./journal-line.ts";
import { PublisherError } from "./publisher-error.ts";

/** How to reach the broker. What may be renewed is asked for at each connection. */
export interface BrokerLogin {
  readonly host: string;
  readonly port: number;
  readonly username?: string | undefined;
  readonly password?: (() => string) | undefined;
  readonly ca?: (() => string | Buffer) | undefined;
}

export interface LinkArgs {
  readonly login: BrokerLogin;
  readonly sign?: AlertSigner | undefined;
  /** Connected, and confirmations come. `window`: what the broker takes without acknowledging it. */
  readonly onUp: (window: number) => void;
  readonly onDown: () => void;
  readonly onConfirmations: (confirmations: readonly Confirmation[]) => void;
  readonly onProblem: (problem: PublisherError) => void;
}

const retryMs = { first: 250, most: 30_000 };
const connectLimitMs = 15_000;
const closeLimitMs = 2_000;
const keepaliveSeconds = 30;
const highestCode = 0x80;

/**
 * Before attempt `n` after a loss, in milliseconds: random, so that publishers that lost one broker do not
 * come back in step, and twice as long at most as before the last attempt.
 */
export function retryDelayMs(attempt: number, random = Math.random()): number {
  const longest = Math.min(retryMs.most, retryMs.first * 2 ** attempt);
  return longest * (0.5 + random / 2);
}

/**
 * A connection to the broker, again and again, each on a session of its own: what is sent on one is known
 * to nobody but the caller.
 */
export class Link {
  readonly #args: LinkArgs;
  /** Nobody else knows it, so nobody else reads what it is told, or takes its connection. */
  readonly #clientId = `publisher-${randomUUID()}`;
  #client: MqttClient | undefined;
  #timer: NodeJS.Timeout | undefined;
  #attempt = 0;
  #up = false;
  #ended = false;

  constructor(args: LinkArgs) {
    this.#args = args;
    this.#connect();
  }

  /** @param onAcknowledged Called when the broker has it, though not yet for good. */
  send(alert: JournaledAlert, onAcknowledged: () => void): void {
    const client = this.#client;
    if (!client || !this.#up) return;
    const { clientId, id, payload } = alert;
    // Anew each time that it is sent: how long it has waited in the journal says nothing against it.
    const signature = this.#args.sign?.(alert, Date.now());
    const properties = {
      responseTopic: confirmationTopic(this.#clientId),
      userProperties: {
        [alertIdProperty]: id,
        ...(signature !== undefined && { [alertSignatureProperty]: signature }),
      },
    };
    client.publish(
      topics.alerts(clientId),
      Buffer.from(payload),
      { qos: 1, properties },
      (error) => {
        if (this.#client !== client) return;
        if (error) this.#tell("refused-by-broker", `the broker refused alert ${id}`, error);
        onAcknowledged();
      },
    );
  }

  /** Confirmations have come: the next loss is a new one. */
  serves(): void {
    this.#attempt = 0;
  }

  async end(): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    const client = this.#client;
    this.#drop();
    if (!client) return;
    client.on("error", () => {});
    // It waits for acknowledgements, which a broker that hangs never sends.
    const given = delay(closeLimitMs, undefined, { ref: false });
    await Promise.race([client.endAsync().catch(() => {}), given]);
    client.end(true);
  }

  #connect(): void {
    const client = this.#open();
    if (!client) return;
    this.#client = client;
    client.on("connect", (connack) => void this.#subscribe(client, connack));
    client.on("message", (_topic, payload) => {
      if (this.#client === client) this.#args.onConfirmations(parseConfirmations(payload));
    });
    client.on("disconnect", ({ reasonCode }) =>
      this.#lose(client, new Error(`the broker ended it with reason ${reasonCode}`)),
    );
    client.on("error", (error) => this.#lose(client, error));
    client.on("close", () => this.#lose(client, new Error("the connection ended")));
  }

  #open(): MqttClient | undefined {
    try {
      return connect(this.#options());
    } catch (cause) {
      // As of a file with a password that is not there at this moment.
      this.#tell("no-connection", "cannot connect to the broker", cause);
      this.#retry();
      return undefined;
    }
  }

  #options(): IClientOptions {
    const { host, port, username, password, ca } = this.#args.login;
    return {
      ...{ host, port, protocol: "mqtts", protocolVersion: 5, clientId: this.#clientId },
      ...(username !== undefined && { username }),
      ...(password && { password: password() }),
      ...(ca && { ca: ca() }),
      clean: true,
      properties: { sessionExpiryInterval: 0 },
      keepalive: keepaliveSeconds,
      connectTimeout: connectLimitMs,
      // Each attempt is a client of its own, so that none sends by itself what another had on its way.
      reconnectPeriod: 0,
      resubscribe: false,
      queueQoSZero: false,
    };
  }

  async #subscribe(client: MqttClient, { properties }: IConnackPacket): Promise<void> {
    try {
      const [grant] = await client.subscribeAsync(confirmationTopic(this.#clientId), { qos: 0 });
      if (!grant || grant.qos >= highestCode) throw new Error("confirmations are refused");
      if (this.#client !== client) return;
      this.#up = true;
      this.#args.onUp(properties?.receiveMaximum ?? Number.POSITIVE_INFINITY);
    } catch (error) {
      this.#lose(client, error);
    }
  }

  #lose(client: MqttClient, cause: unknown): void {
    if (this.#client !== client) return;
    this.#drop();
    client.on("error", () => {});
    client.end(true);
    const { message } = cause as Error;
    this.#tell("no-connection", `no connection to the broker: ${message}`, cause);
    this.#retry();
  }

  #drop(): void {
    this.#client = undefined;
    if (this.#up) this.#args.onDown();
    this.#up = false;
  }

  #retry(): void {
    if (this.#ended) return;
    this.#timer = setTimeout(() => this.#connect(), retryDelayMs(this.#attempt++));
  }

  #tell(code: "no-connection" | "refused-by-broker", message: string, cause: unknown): void {
    this.#args.onProblem(new PublisherError(code, message, { cause }));
  }
}
