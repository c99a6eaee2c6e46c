import { existsSync, readFileSync } from "node:fs";
import type { Profiler } from "node:inspector";
import { SourceMap } from "node:module";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ManagedProcess } from "../../local/managed-process.ts";
import type { Sample } from "./kinds.ts";

const announceLimitMs = 30_000;
const intervalUs = 1_000;

/** Profiles the main thread of a process that was started with `--inspect-port` for some seconds. */
export async function profileNode(process: ManagedProcess, seconds: number) {
  const session = await openSession(await inspectorUrl(process));
  try {
    await session.ask("Profiler.enable");
    await session.ask("Profiler.setSamplingInterval", { interval: intervalUs });
    await session.ask("Profiler.start");
    await delay(seconds * 1_000);
    const { profile } = (await session.ask("Profiler.stop")) as { profile: Profiler.Profile };
    return [...samplesOf(profile)];
  } finally {
    session.close();
  }
}

/** SIGUSR1 has Node open its inspector, whose address it writes into its log. */
async function inspectorUrl(process: ManagedProcess): Promise<string> {
  process.kill("SIGUSR1");
  const deadline = Date.now() + announceLimitMs;
  while (Date.now() < deadline) {
    const url = /Debugger listening on (ws:\S+)/.exec(readFileSync(process.logFile, "utf8"))?.[1];
    if (url !== undefined) return url;
    await delay(20);
  }
  throw new Error(`${process.name} did not open its inspector in ${announceLimitMs} ms`);
}

async function openSession(url: string) {
  const socket = new WebSocket(url);
  const answers = new Map<number, (answer: { result?: unknown; error?: unknown }) => void>();
  let asked = 0;
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error(`no inspector at ${url}`)));
  });
  socket.addEventListener("message", ({ data }) => {
    const { id, ...answer } = JSON.parse(String(data));
    answers.get(id)?.(answer);
    answers.delete(id);
  });
  return {
    async ask(method: string, params: object = {}): Promise<unknown> {
      const id = ++asked;
      const answer = new Promise<{ result?: unknown; error?: unknown }>((resolve, reject) => {
        answers.set(id, resolve);
        socket.addEventListener("close", () => reject(new Error("the inspector has gone")));
      });
      socket.send(JSON.stringify({ id, method, params }));
      const { result, error } = await answer;
      if (error) throw new Error(`${method}: ${JSON.stringify(error)}`);
      return result;
    },
    close: () => socket.close(),
  };
}

/** What was sampled while the thread was not idle. */
function* samplesOf(profile: Profiler.Profile): Generator<Sample> {
  const sourceOf = sourceLookup();
  const parents = new Map<number, number>();
  const frames = new Map<number, string>();
  for (const { id, callFrame, children = [] } of profile.nodes) {
    frames.set(id, `${callFrame.functionName} ${sourceOf(callFrame)}`);
    for (const child of children) parents.set(child, id);
  }
  for (const [at, sample] of (profile.samples ?? []).entries()) {
    const stack: string[] = [];
    for (let id: number | undefined = sample; id !== undefined; id = parents.get(id)) {
      stack.push(frames.get(id) ?? "");
    }
    if (stack[0]?.startsWith("(idle)")) continue;
    yield { stack, ms: Math.max(0, profile.timeDeltas?.[at] ?? 0) / 1_000 };
  }
}

type Place = { url: string; lineNumber: number; columnNumber: number };

/** Where a function of a bundle is from. */
function sourceLookup(): (place: Place) => string {
  const maps = new Map<string, SourceMap | undefined>();
  const mapOf = (url: string) => {
    if (!maps.has(url)) {
      const file = url.startsWith("file:") ? `${fileURLToPath(url)}.map` : "";
      maps.set(
        url,
        existsSync(file) ? new SourceMap(JSON.parse(readFileSync(file, "utf8"))) : undefined,
      );
    }
    return maps.get(url);
  };
  return ({ url, lineNumber, columnNumber }) => {
    const entry = mapOf(url)?.findEntry(lineNumber, columnNumber);
    const source = entry && "originalSource" in entry ? entry.originalSource : url;
    return source.replace(/^(\.\.\/)+/, "");
  };
}
