import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface ProcessSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Everything that the process sees besides PATH and HOME: nothing else is inherited. */
  readonly environment: Readonly<Record<string, string>>;
  /** Started again when it has ended in order and nobody here has ended it. */
  readonly restarts?: boolean;
  /** Resolves when the process can do its work, rejects or hangs while it cannot. */
  readonly ready: () => Promise<void>;
}

const readyLimitMs = 120_000;
const stopLimitMs = 30_000;
const suspendLimitMs = 5_000;
/** Signals by which we end a process; others only tell it something. */
const endings: readonly NodeJS.Signals[] = ["SIGTERM", "SIGKILL", "SIGINT"];

/** One operating system process of the region: started, watched until ready, ended for good. */
export class ManagedProcess {
  readonly name: string;
  readonly logFile: string;
  readonly #spec: ProcessSpec;
  #child: ChildProcess | undefined;
  #exit: Promise<number | string> | undefined;
  /** It ends because we want it to, or did. */
  #ended = false;

  constructor(spec: ProcessSpec, logDirectory: string) {
    this.name = spec.name;
    this.#spec = spec;
    mkdirSync(logDirectory, { recursive: true });
    this.logFile = join(logDirectory, `${spec.name}.log`);
  }

  get pid(): number | undefined {
    return this.running ? this.#child?.pid : undefined;
  }

  get running(): boolean {
    return (
      this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null
    );
  }

  /** Starts it and waits until it is ready. */
  async start(): Promise<void> {
    this.launch();
    await this.ready();
  }

  /** Starts it without waiting. */
  launch(): void {
    if (this.running) throw new Error(`${this.name} is running already`);
    this.#ended = false;
    const log = openSync(this.logFile, "a");
    const { PATH = "", HOME = "/" } = process.env;
    const child = spawn(this.#spec.command, [...this.#spec.args], {
      env: { PATH, HOME, ...this.#spec.environment },
      stdio: ["ignore", log, log],
      // A group of its own: Ctrl-C reaches us alone, and we stop the region in order.
      detached: true,
    });
    closeSync(log);
    this.#child = child;
    this.#exit = new Promise((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal ?? code ?? 0));
    });
    if (this.#spec.restarts) {
      child.once("exit", (code) => code === 0 && !this.#ended && this.launch());
    }
  }

  /** @throws Error with the end of the log when the process ends or the time is over. */
  async ready(): Promise<void> {
    const deadline = Date.now() + readyLimitMs;
    let last: unknown;
    while (Date.now() < deadline) {
      if (!this.running)
        throw new Error(`${this.name} ended with ${await this.#exit}\n${this.#logTail()}`);
      try {
        return await this.#spec.ready();
      } catch (error) {
        last = error;
        await delay(50);
      }
    }
    throw new Error(
      `${this.name} is not ready after ${readyLimitMs} ms (${last})\n${this.#logTail()}`,
    );
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.running) throw new Error(`${this.name} is not running`);
    if (endings.includes(signal)) this.#ended = true;
    this.#child?.kill(signal);
  }

  /**
   * SIGSTOP, and waits until every thread stands still: the signal alone is on its way for a
   * moment, in which a server can still answer.
   */
  async suspend(): Promise<void> {
    this.kill("SIGSTOP");
    const deadline = Date.now() + suspendLimitMs;
    while (!this.#standsStill()) {
      if (Date.now() > deadline) throw new Error(`${this.name} does not stand still`);
      await delay(1);
    }
  }

  resume(): void {
    this.kill("SIGCONT");
  }

  /** Resolves with the exit code or the signal's name; undefined when it was never started. */
  async exited(): Promise<number | string | undefined> {
    return this.#exit;
  }

  /** SIGTERM, and SIGKILL for one that does not end in time. */
  async stop(): Promise<void> {
    if (!this.running) return;
    this.resume();
    this.kill("SIGTERM");
    const timer = setTimeout(() => this.running && this.kill("SIGKILL"), stopLimitMs);
    await this.#exit;
    clearTimeout(timer);
  }

  /** proc(5): the state is the first field after the command in parentheses; T is stopped. */
  #standsStill(): boolean {
    const tasks = `/proc/${this.pid}/task`;
    return readdirSync(tasks).every((task) =>
      /\) T [^)]*$/.test(readFileSync(join(tasks, task, "stat"), "utf8")),
    );
  }

  #logTail(): string {
    const lines = readFileSync(this.logFile, "utf8").trimEnd().split("\n").slice(-8);
    return [`last lines of ${this.logFile}:`, ...lines.map((line) => `  ${line}`)].join("\n");
  }
}
