import { Worker } from "node:worker_threads";
import type { Logger } from "../../shared/log.ts";
import { MatchFailed, type RuleMatch } from "./matcher.ts";
import type { MatchReply, MatchRequest } from "./matching-worker.ts";
import { MatchTooDear, type PatternMatcher } from "./pattern-matcher.ts";

/** Why a thread was replaced; a metric label. */
export const replacementCodes = ["late", "died"] as const;
export type ReplacementCode = (typeof replacementCodes)[number];

export interface MatchingThreadOptions {
  /** Folder of the rule pack. */
  readonly directory: string;
  /** Of the rules that it must come to hold. */
  readonly version: string;
  readonly onReplaced: (code: ReplacementCode) => void;
  readonly log: Logger;
  /** How long one payload may take. Defaults to 2 s: on a machine of its own the dearest takes 20 ms. */
  readonly budgetMs?: number;
  /** The program of the thread, for tests. */
  readonly program?: URL;
}

export interface MatchingThread extends Pick<PatternMatcher, "match"> {
  /** Payloads that wait or are being matched. */
  readonly waiting: () => number;
  /** Undefined while it can match. */
  readonly notReady: () => string | undefined;
  readonly close: () => Promise<void>;
}

interface Task extends MatchRequest {
  /** How often a thread was given up over it. */
  tries: number;
  readonly resolve: (matches: readonly RuleMatch[]) => void;
  readonly reject: (error: Error) => void;
}

const defaultBudgetMs = 2_000;
const mostTries = 2;
/** Before the next thread, where one ended before it was ready. */
const pauseMs = 1_000;

/** Beside this file, where the sources run; beside `main.js`, where the bundle does. */
const ownProgram = () => {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./matching-worker.${ending}`, import.meta.url);
};

/**
 * Matches payloads in a thread, one at a time, so that each has a budget of its own.
 *
 * A thread that dies or does not answer in time is replaced, and what it had is tried once more:
 * the fault may have been the thread's. Who waits for it holds the payload anyway, so what waits
 * here takes no memory besides.
 */
export function startMatchingThread(options: MatchingThreadOptions): MatchingThread {
  const { directory, version, onReplaced, log, budgetMs = defaultBudgetMs } = options;
  const program = options.program ?? ownProgram();
  const queue: Task[] = [];
  let current: Task | undefined;
  let timer: NodeJS.Timeout | undefined;
  let worker: Worker | undefined;
  let ready = false;
  let closed = false;

  const settle = () => {
    clearTimeout(timer);
    const task = current;
    current = undefined;
    return task;
  };
  const next = () => {
    if (!ready || current || queue.length === 0) return;
    current = queue.shift();
    timer = setTimeout(() => replace("late"), budgetMs);
    // Copies the payload, which may lie in a buffer with others.
    if (current) {
      const { payload, origin, envelope } = current;
      worker?.postMessage({ payload, origin, envelope } satisfies MatchRequest);
    }
  };
  const onReply = (reply: MatchReply) => {
    if ("version" in reply) {
      if (reply.version !== version) {
        log.error({ version, found: reply.version }, "the matching thread has other rules");
        return;
      }
      ready = true;
    } else if ("matches" in reply) settle()?.resolve(reply.matches);
    else settle()?.reject(new MatchFailed("engine", reply.failure));
    next();
  };
  const replace = (code: ReplacementCode) => {
    if (closed) return;
    const task = settle();
    log.error({ code, bytes: task?.payload.length }, "matching thread replaced");
    onReplaced(code);
    if (task && ++task.tries >= mostTries) {
      task.reject(new MatchTooDear(task.payload.length, task.tries));
    } else if (task) queue.unshift(task);
    const wasReady = ready;
    stop();
    if (wasReady) start();
    else setTimeout(start, pauseMs).unref();
  };
  const stop = () => {
    const old = worker;
    worker = undefined;
    ready = false;
    return old?.terminate();
  };
  const start = () => {
    if (closed || worker) return;
    const started = new Worker(program, { workerData: directory });
    worker = started;
    const mine = <A extends unknown[]>(act: (...args: A) => void) => {
      return (...args: A) => {
        if (worker === started) act(...args);
      };
    };
    started.on("message", mine(onReply));
    started.on(
      "error",
      mine((error: unknown) => log.error({ err: error }, "matching thread failed")),
    );
    started.on(
      "exit",
      mine(() => replace("died")),
    );
  };

  start();
  return {
    match: (payload, origin, envelope) =>
      new Promise((resolve, reject) => {
        queue.push({ payload, origin, envelope, tries: 0, resolve, reject });
        next();
      }),
    waiting: () => queue.length + (current ? 1 : 0),
    notReady: () => (ready ? undefined : "the thread that matches large messages is not up"),
    async close() {
      closed = true;
      clearTimeout(timer);
      await stop();
    },
  };
}
