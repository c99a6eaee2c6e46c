import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { ChangeMarks } from "../../registry/changes-since.ts";
import type { Logger } from "../../shared/log.ts";
import type { ChangeNews, IndexAnswer, IndexQuestion, IndexState } from "./index-keeper.ts";
import type { IndexReply, IndexRequest, IndexSettings } from "./index-worker.ts";

/** The index did not answer in time, or cannot. */
export class IndexUnavailable extends Error {
  override readonly name = "IndexUnavailable";
}

export interface IndexThreadOptions {
  readonly settings: IndexSettings;
  readonly onFailure: () => void;
  /** A thread has begun: from these marks on changes are to be told. */
  readonly onBegin: (marks: ChangeMarks) => void;
  readonly log: Logger;
}

export interface IndexThread {
  /** @throws IndexUnavailable */
  find(question: IndexQuestion): Promise<IndexAnswer>;
  /** @throws IndexUnavailable when it is to be told again. */
  follow(news: ChangeNews): Promise<void>;
  /** As the thread has told it last; undefined before it has. */
  readonly state: () => IndexState | undefined;
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly resolve: (answer: IndexAnswer | undefined) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A question takes milliseconds, and waits for a page that is being written. */
const findMs = 2_000;
/** A thousand devices are read for it, with all attempts. */
const followMs = 120_000;
const restartMs = 1_000;
/** What is being read of the table may take so long. */
const closeMs = 5_000;
const heapMB = 128;

/** Beside this file, where the sources run; beside `main.js`, where the bundle does. */
const program = () => {
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  return new URL(`./index-worker.${ending}`, import.meta.url);
};

/** Has the index in a thread of its own, so that nothing it does holds up an answer of the server's. */
export function startIndexThread(options: IndexThreadOptions): IndexThread {
  const { settings, onFailure, onBegin, log } = options;
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let state: IndexState | undefined;
  let lastId = 0;
  let closed = false;

  const failed = (reason: string) => {
    onFailure();
    log.warn({ reason }, "the index of devices fails");
  };
  const take = (id: number) => {
    const found = waiting.get(id);
    clearTimeout(found?.timer);
    waiting.delete(id);
    return found;
  };
  const onReply = (reply: IndexReply) => {
    if ("marks" in reply) onBegin(reply.marks);
    else if ("state" in reply) ({ state } = reply);
    else if ("failure" in reply) {
      failed(reply.failure);
      if (reply.id !== undefined) take(reply.id)?.reject(new IndexUnavailable(reply.failure));
    } else take(reply.id)?.resolve(reply.answer);
  };
  const start = () => {
    if (closed) return;
    const started = new Worker(program(), {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: heapMB },
    });
    worker = started;
    started.on("message", onReply);
    started.on("error", (error) => failed(error instanceof Error ? error.message : String(error)));
    started.on("exit", () => {
      worker = undefined;
      for (const id of waiting.keys()) take(id)?.reject(new IndexUnavailable("its thread ended"));
      setTimeout(start, restartMs).unref();
    });
  };
  const ask = (request: { find: IndexQuestion } | { follow: ChangeNews }, limitMs: number) =>
    new Promise<IndexAnswer | undefined>((resolve, reject) => {
      if (!worker) throw new IndexUnavailable("its thread is not up");
      const id = ++lastId;
      const late = () => take(id)?.reject(new IndexUnavailable(`no answer in ${limitMs} ms`));
      waiting.set(id, { resolve, reject, timer: setTimeout(late, limitMs) });
      worker.postMessage({ id, ...request } satisfies IndexRequest);
    });

  start();
  return {
    find: async (find) => {
      const answer = await ask({ find }, findMs);
      if (!answer) throw new IndexUnavailable("an answer without content");
      return answer;
    },
    follow: async (follow) => void (await ask({ follow }, followMs)),
    state: () => state,
    close: async () => {
      closed = true;
      const ending = worker;
      if (!ending) return;
      const ended = once(ending, "exit");
      ending.postMessage("close" satisfies IndexRequest);
      // Not by `terminate`: that may end the process, where SQLite is at work.
      await Promise.race([ended, delay(closeMs, undefined, { ref: false })]);
    },
  };
}
