import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/** A child process of ours with typed messages; its standard error is ours. */
export class Worker<State, Orders, Command> {
  readonly #child: ChildProcess;
  latest: State | undefined;
  /** What came in answer to `ask`, apart from the regular reports that follow it. */
  #answered: ((state: State) => void) | undefined;

  constructor(file: string, orders: Orders) {
    this.#child = fork(join(import.meta.dirname, file), {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      // A group of its own: Ctrl-C reaches us alone, and what is on its way is waited for.
      detached: true,
      // The measuring must not pause for its own garbage.
      execArgv: ["--max-semi-space-size=32"],
    });
    this.#child.on("message", (message) => {
      const { answer, ...state } = message as State & { answer?: boolean };
      this.latest = state as State;
      if (answer) this.#answered?.(this.latest);
    });
    this.#child.send(orders as object);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(command: Command): void {
    this.#child.send(command as object);
  }

  ask(command: Command): Promise<State> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      setTimeout(() => reject(new Error("the process does not answer")), 30_000).unref();
      this.tell(command);
    });
  }

  async until(condition: (state: State) => boolean, limitMs: number, what: string): Promise<State> {
    const deadline = Date.now() + limitMs;
    while (Date.now() < deadline) {
      if (this.latest !== undefined && condition(this.latest)) return this.latest;
      const { exitCode, signalCode } = this.#child;
      if (exitCode || signalCode) throw new Error(`${what}: the process ended`);
      await delay(20);
    }
    throw new Error(
      `${what}: not after ${limitMs} ms, the last was ${JSON.stringify(this.latest)}`,
    );
  }

  end(): void {
    this.#child.kill("SIGKILL");
  }
}
