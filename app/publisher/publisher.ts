import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { clientIdRule, isClientId } from "../contract/client-id.ts";
import type { Confirmation } from "../contract/confirmation.ts";
import { payloadLimitBytes } from "../contract/limits.ts";
import { alertIdRule, isAlertId, payloadDigest } from "../contract/message-id.ts";
import { topics } from "../contract/subjects.ts";
import { type CheckedOptions, checkOptions } from "./checked-options.ts";
import { Journal } from "./journal.ts";
import type { JournaledAlert } from "./journal-line.ts";
import { Link } from "./link.ts";
import { Outbox } from "./outbox.ts";
import { PublisherError } from "./publisher-error.ts";
import type { PublisherOptions } from "./publisher-options.ts";
import { ResendWait } from "./resend-wait.ts";

export { PublisherError, type PublisherErrorCode } from "./publisher-error.ts";
export type { PublisherOptions } from "./publisher-options.ts";

/** An alert that the journal keeps. */
export interface PublishedAlert {
  readonly id: string;
  /**
   * Resolves when it is stored on two of three disks. Rejects with `dead-letter` when it never will be, and
   * with `closed` when the publisher was closed before. Nobody has to wait for it.
   */
  readonly confirmed: Promise<void>;
}

export interface Publisher {
  /**
   * Resolves when the alert is in the journal: from here on it survives whatever is killed.
   *
   * @param payload A JSON object, of 64 KiB at most. It is sent byte for byte.
   * @throws PublisherError `invalid-alert`, `journal-full`, `journal-failed`, `closed`
   */
  publish(
    clientId: string,
    payload: string | Uint8Array,
    options?: { readonly id?: string },
  ): Promise<PublishedAlert>;
  /** How many alerts are not confirmed yet, those of earlier runs and on their way into the journal included. */
  readonly unconfirmed: number;
  /** Whether there is a connection on which confirmations come. */
  readonly connected: boolean;
  /**
   * Waits until everything is confirmed, for 10 s unless told otherwise, and ends. What is not confirmed by
   * then stays in the journal.
   */
  close(options?: { readonly withinMs?: number }): Promise<{ readonly unconfirmed: number }>;
}

interface Waiting {
  readonly published: Promise<PublishedAlert>;
  readonly confirm: (error?: PublisherError) => void;
}

/** @throws PublisherError `invalid-option`, `journal-in-use`, `journal-failed` */
export async function openPublisher(options: PublisherOptions): Promise<Publisher> {
  return new JournalingPublisher(checkOptions(options));
}

class JournalingPublisher implements Publisher {
  readonly #options: CheckedOptions;
  readonly #journal: Journal;
  readonly #outbox = new Outbox();
  readonly #waiting = new Map<string, Waiting>();
  readonly #link: Link;
  readonly #timer: NodeJS.Timeout;
  readonly #resendWait: ResendWait;
  /** How many are on their way into the journal. */
  #beingKept = 0;
  #window = 0;
  #closed = false;

  constructor(options: CheckedOptions) {
    this.#options = options;
    const { journal: directory, journalLimitBytes: limitBytes, sync, onProblem } = options;
    this.#journal = new Journal({ directory, limitBytes, sync });
    this.#resendWait = new ResendWait(options.resendMs);
    const { damagedLines } = this.#journal;
    if (damagedLines > 0) {
      const message = `${damagedLines} lines of the journal in ${directory} do not read: what they held is lost`;
      onProblem(new PublisherError("journal-damaged", message));
    }
    for (const alert of this.#journal.alerts) this.#outbox.add(alert, keyOf(alert));
    this.#link = new Link({
      login: options.login,
      sign: options.sign,
      onUp: (window) => this.#begin(Math.min(window, options.window)),
      onDown: () => {
        this.#window = 0;
      },
      onConfirmations: (confirmations) => this.#settle(confirmations),
      onProblem,
    });
    this.#timer = setInterval(() => this.#resendLate(), Math.min(1_000, options.resendMs));
  }

  get unconfirmed(): number {
    return this.#outbox.size + this.#beingKept;
  }

  get connected(): boolean {
    return this.#window > 0;
  }

  async publish(
    clientId: string,
    payload: string | Uint8Array,
    { id = randomUUID() }: { readonly id?: string } = {},
  ): Promise<PublishedAlert> {
    const alert = { clientId, id, payload: Buffer.from(payload as Uint8Array) };
    if (this.#closed) throw new PublisherError("closed", "the publisher is closed");
    checkAlert(alert);
    const key = keyOf(alert);
    const known = this.#waiting.get(key);
    if (known) return known.published;
    const { promise: confirmed, resolve, reject } = Promise.withResolvers<void>();
    confirmed.catch(() => {});
    const keep = async () => {
      this.#beingKept++;
      try {
        this.#outbox.add(await this.#journal.add(alert), key);
      } catch (error) {
        this.#waiting.delete(key);
        throw error;
      } finally {
        this.#beingKept--;
      }
      this.#pump();
      return { id: alert.id, confirmed };
    };
    const published = this.#outbox.has(key) ? Promise.resolve({ id: alert.id, confirmed }) : keep();
    this.#waiting.set(key, { published, confirm: (error) => (error ? reject(error) : resolve()) });
    return published;
  }

  async close({ withinMs = 10_000 } = {}): Promise<{ readonly unconfirmed: number }> {
    this.#closed = true;
    const deadline = performance.now() + withinMs;
    while (this.unconfirmed > 0 && performance.now() < deadline) await delay(10);
    clearInterval(this.#timer);
    await this.#link.end();
    await this.#journal.close();
    await Promise.allSettled([...this.#waiting.values()].map(({ published }) => published));
    const { unconfirmed } = this;
    const error = new PublisherError(
      "closed",
      "closed before it was confirmed: the journal has it",
    );
    for (const { confirm } of this.#waiting.values()) confirm(error);
    this.#waiting.clear();
    return { unconfirmed };
  }

  #begin(window: number): void {
    this.#window = window;
    this.#outbox.rewind();
    this.#pump();
  }

  #pump(): void {
    for (;;) {
      const next = this.#outbox.next(this.#window);
      if (!next) return;
      this.#link.send(next.alert, () => this.#outbox.acknowledge(next.key, performance.now()));
    }
  }

  #settle(confirmations: readonly Confirmation[]): void {
    this.#link.serves();
    for (const { topic, id, sha256, refused } of confirmations) {
      const key = `${topic} ${id} ${sha256}`;
      const settled = this.#outbox.settle(key, performance.now());
      if (!settled) continue;
      const { alert, tookMs } = settled;
      if (tookMs !== undefined) this.#resendWait.measure(tookMs);
      this.#journal.settle(alert.number);
      const waiting = this.#waiting.get(key);
      this.#waiting.delete(key);
      if (refused === undefined) waiting?.confirm();
      else this.#refuse(alert, refused, waiting);
    }
    this.#pump();
  }

  #refuse({ clientId, id }: JournaledAlert, reason: string, waiting: Waiting | undefined): void {
    const message = `alert ${id} for ${clientId} will never be delivered: ${reason}`;
    const error = new PublisherError("dead-letter", message, { reason });
    waiting?.confirm(error);
    this.#options.onProblem(error);
  }

  /** A confirmation may have been lost, or what it was for. */
  #resendLate(): void {
    const sinceMs = this.#outbox.waitingSinceMs();
    if (sinceMs === undefined || performance.now() - sinceMs < this.#resendWait.ms) return;
    const seconds = Math.round(this.#resendWait.ms / 100) / 10;
    const message = `nothing was confirmed for ${seconds} s, ${this.#outbox.size} alerts wait: sending again`;
    this.#options.onProblem(new PublisherError("unconfirmed", message));
    this.#resendWait.lengthen();
    this.#outbox.rewind();
    this.#pump();
  }
}

const keyOf = ({ clientId, id, payload }: Omit<JournaledAlert, "number">) =>
  `${topics.alerts(clientId)} ${id} ${payloadDigest(payload)}`;

/** What the broker would end the connection for, or the bridge refuse, is not kept at all. */
function checkAlert({ clientId, id, payload }: Omit<JournaledAlert, "number">): void {
  const wrong = (message: string) => new PublisherError("invalid-alert", message);
  if (!isClientId(clientId)) {
    throw wrong(`a client id must be ${clientIdRule}, got ${JSON.stringify(clientId)}`);
  }
  if (!isAlertId(id))
    throw wrong(`an alert's id must be ${alertIdRule}, got ${JSON.stringify(id)}`);
  if (payload.length > payloadLimitBytes) {
    throw wrong(`a payload must be ${payloadLimitBytes} bytes at most, got ${payload.length}`);
  }
}
