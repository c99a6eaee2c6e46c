import type { Registry } from "prom-client";
import { EnvironmentInvalid } from "./environment.ts";
import type { Logger } from "./log.ts";
import { createLog } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { serveOperations } from "./operations-server.ts";
import { printableLines } from "./printable.ts";

/** A started process: what the lifecycle asks it, and how it ends. */
export interface Running {
  /** Undefined when it can do its work, otherwise what is missing. */
  notReady(): string | undefined;
  /** Finishes what was accepted and lets go of everything. */
  drain(): Promise<void>;
}

export interface ProcessContext {
  readonly log: Logger;
  readonly metrics: Registry;
  /** Ends the process, for a failure that a restart may cure. */
  readonly fatal: (reason: string, error?: unknown) => void;
}

interface ProcessEnvironment {
  readonly REPLICA: string;
  readonly LOG_LEVEL: string;
  readonly HTTP_HOST: string;
  readonly HTTP_PORT: number;
}

/** Longer than any drain should take, shorter than the pod's grace period. */
const drainLimitMs = 25_000;

/**
 * Runs a service until SIGTERM or SIGINT, then drains it. What it is called may depend on its
 * environment, where one program does several jobs.
 *
 * Exit codes: 0 drained, 1 failed, 2 wrong environment. The operations server is up before the
 * service starts, so that a service that waits for NATS is alive and not ready.
 */
export async function runProcess<E extends ProcessEnvironment>(
  called: string | ((environment: E) => string),
  read: () => E,
  start: (environment: E, context: ProcessContext) => Promise<Running>,
): Promise<void> {
  const environment = orExit(typeof called === "string" ? `${called}: ` : "", read);
  const name = typeof called === "string" ? called : called(environment);
  const log = createLog(name, environment.LOG_LEVEL);
  const metrics = createMetrics(name, environment.REPLICA);
  const fatal = (reason: string, error?: unknown) => {
    log.fatal({ err: error }, reason);
    process.exit(1);
  };
  process.on("uncaughtException", (error) => fatal("uncaught exception", error));
  process.on("unhandledRejection", (error) => fatal("unhandled rejection", error));

  let running: Running | undefined;
  let stopping = false;
  const server = await serveOperations({
    host: environment.HTTP_HOST,
    port: environment.HTTP_PORT,
    metrics,
    notReady: () => (stopping ? "stopping" : running ? running.notReady() : "starting"),
  });
  const stop = async (signal: string) => {
    if (stopping) return;
    stopping = true;
    log.info({ signal }, "draining");
    setTimeout(() => fatal(`drain took longer than ${drainLimitMs} ms`), drainLimitMs).unref();
    await running?.drain();
    await server.close();
    log.info("stopped");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
  running = await start(environment, { log, metrics, fatal });
  log.info({ replica: environment.REPLICA, port: server.port }, "started");
}

function orExit<E>(prefix: string, read: () => E): E {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EnvironmentInvalid)) throw error;
    process.stderr.write(`${printableLines(`${prefix}${error.message}`, 1_000)}\n`);
    process.exit(2);
  }
}
