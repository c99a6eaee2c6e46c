import { createReadStream } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { addAbortSignal } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import {
  openPublisher,
  type PublishedAlert,
  type Publisher,
  PublisherError,
} from "../../publisher/publisher.ts";
import { renewedFile, renewedPassword } from "../../shared/renewed-file.ts";
import type { CommandContext } from "../command-context.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import { publisherShape, settingsFrom, type Variables } from "../operator-settings.ts";
import { alertLines, type ReadLine } from "./alert-lines.ts";
import { StopSignal } from "./stop-signal.ts";

export interface PublishOptions {
  /** Undefined: lines. */
  readonly alert?: { readonly client: string; readonly payload: string; readonly id?: string };
  /** File of JSON lines; `-` is standard input. */
  readonly lines?: string;
  readonly confirm: boolean;
  readonly timeoutMs: number;
  readonly journal?: string;
  /** File of the private key, the key's id, and whose broker it is. */
  readonly signing?: { readonly key: string; readonly id: string; readonly region: string };
}

/** Enough for the unconfirmed ones below, each as large as it may be. */
const journalLimitBytes = 256 * 1024 ** 2;
const unconfirmedLimit = 2_000;
/** Who does not ask to wait waits so long for what mostly comes in milliseconds. */
const unaskedMs = 5_000;
/** Who stops it does not want to wait, but most of what is on its way is confirmed by then. */
const stoppedMs = 2_000;
const progressMs = 2_000;
const tickMs = 20;

/** A journal is for one broker: what is left in it must not go to another. */
function journalFolder(variables: Variables, url: string): string {
  const state = variables["XDG_STATE_HOME"] || join(homedir(), ".local/state");
  return join(state, "sentinel", "publish", new URL(url).host.replaceAll(/[^\w.-]/g, "_"));
}

/** Publishes one alert or many. */
export async function publishCommand(
  context: CommandContext,
  options: PublishOptions,
): Promise<number> {
  const settings = settingsFrom(publisherShape, context.variables);
  const journal = options.journal ?? journalFolder(context.variables, settings.UPSTREAM_URL);
  const { signing } = options;
  const problems = { last: "" };
  const publisher = await openPublisher({
    url: settings.UPSTREAM_URL,
    username: settings.PUBLISHER_USERNAME,
    password: renewedPassword(settings.PUBLISHER_PASSWORD_FILE),
    ca: renewedFile(settings.UPSTREAM_CA_FILE),
    ...{ journal, journalLimitBytes },
    ...(signing && { signingKey: signing.key, keyId: signing.id, region: signing.region }),
    onProblem(problem) {
      // Each alert that is refused is told of where it was published.
      if (problem.code === "no-connection") problems.last = `: ${problem.message}`;
      else if (problem.code !== "dead-letter") context.messages.line(problem.message);
    },
  });
  const stop = new StopSignal();
  const run = new PublishRun(publisher, context, { ...options, aborting: stop.aborting });
  const timer = setInterval(() => run.tell(), progressMs).unref();
  try {
    await run.publishAll();
  } finally {
    const withinMs = options.confirm ? options.timeoutMs : Math.min(unaskedMs, options.timeoutMs);
    await run.confirmed(withinMs);
    const closing = { withinMs: stop.aborting.aborted ? Math.min(stoppedMs, withinMs) : 0 };
    const { unconfirmed } = await publisher.close(closing);
    clearInterval(timer);
    await run.settled();
    run.finish({ unconfirmed, journal, reason: problems.last });
  }
  stop.release();
  return stop.exitCode ?? (run.failed ? 1 : 0);
}

interface RunOptions extends PublishOptions {
  /** Nothing more is read then. */
  readonly aborting: AbortSignal;
}

class PublishRun {
  readonly #publisher: Publisher;
  readonly #context: CommandContext;
  readonly #options: RunOptions;
  readonly #open = new Set<Promise<void>>();
  readonly #counts = { published: 0, stored: 0, refused: 0, invalid: 0 };
  #unconfirmed = 0;

  constructor(publisher: Publisher, context: CommandContext, options: RunOptions) {
    this.#publisher = publisher;
    this.#context = context;
    this.#options = options;
    if (publisher.unconfirmed > 0) {
      context.messages.line(`${publisher.unconfirmed} alerts of earlier runs are sent first`);
    }
  }

  get failed(): boolean {
    const { refused, invalid } = this.#counts;
    return refused + invalid > 0 || (this.#options.confirm && this.#unconfirmed > 0);
  }

  async publishAll(): Promise<void> {
    try {
      await this.#publishLines();
    } catch (error) {
      // What broke off is the reading, or the waiting for room.
      if (!this.#options.aborting.aborted) throw error;
    }
  }

  /** Resolves early when it is stopped. */
  async confirmed(withinMs: number): Promise<void> {
    const deadline = performance.now() + withinMs;
    while (this.#publisher.unconfirmed > 0 && performance.now() < deadline) {
      if (this.#options.aborting.aborted) return;
      await delay(tickMs);
    }
  }

  async #publishLines(): Promise<void> {
    for await (const line of this.#lines()) {
      if ("problem" in line) {
        this.#counts.invalid++;
        this.#context.messages.line(`line ${line.number} ${line.problem}`);
        continue;
      }
      await this.#room();
      const { client, payload, id } = line.alert;
      // In the journal in this order; many are forced to disk at once.
      const published = this.#publisher.publish(client, payload, id === undefined ? {} : { id });
      const outcome = this.#outcome(published, line.number);
      this.#open.add(outcome);
      void outcome.finally(() => this.#open.delete(outcome));
    }
  }

  settled(): Promise<unknown> {
    return Promise.all(this.#open);
  }

  tell(): void {
    this.#context.messages.draw(this.#text());
  }

  finish(end: { unconfirmed: number; journal: string; reason: string }): void {
    this.#unconfirmed = end.unconfirmed;
    this.#context.messages.line(this.#text());
    if (end.unconfirmed === 0) return;
    this.#context.messages.line(
      `${end.unconfirmed} are not confirmed${end.reason}; they are kept in ${end.journal}, and the next sentinel publish sends them again`,
    );
  }

  #text(): string {
    const { published, stored, refused, invalid } = this.#counts;
    const wrong = refused + invalid > 0 ? `, ${refused} refused, ${invalid} lines invalid` : "";
    return `${published} published, ${stored} confirmed as stored${wrong}`;
  }

  #lines(): AsyncIterable<ReadLine> {
    const { alert, lines } = this.#options;
    if (alert) return one({ number: 1, alert });
    const input = lines === "-" ? this.#context.stdin : createReadStream(lines ?? "");
    return alertLines(addAbortSignal(this.#options.aborting, input));
  }

  /** What is not confirmed takes room on this machine's disk. */
  async #room(): Promise<void> {
    const deadline = performance.now() + this.#options.timeoutMs;
    while (this.#publisher.unconfirmed >= unconfirmedLimit) {
      if (performance.now() > deadline) throw new OperatorError("the broker confirms nothing");
      await delay(tickMs, undefined, { signal: this.#options.aborting });
    }
  }

  async #outcome(publishing: Promise<PublishedAlert>, number: number): Promise<void> {
    try {
      const { confirmed } = await publishing;
      this.#counts.published++;
      await confirmed;
      this.#counts.stored++;
    } catch (error) {
      // It is in the journal, and counted with what is not confirmed.
      if (error instanceof PublisherError && error.code === "closed") return;
      this.#counts.refused++;
      this.#context.messages.line(`line ${number}: ${sentenceOf(error)}`);
    }
  }
}

async function* one(line: ReadLine): AsyncGenerator<ReadLine> {
  yield line;
}
