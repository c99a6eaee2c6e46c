import type { Logger } from "../shared/log.ts";
import type { Intake } from "./intake.ts";
import type { UpstreamSession } from "./upstream-session.ts";

export interface PauseArgs {
  readonly session: Pick<UpstreamSession, "pause" | "resume">;
  readonly intake: Pick<Intake, "heldBytes" | "giveUp">;
  /**
   * A pause that lasts longer gives up what is held. The broker still has it, and the connection
   * that follows renews its session, which would expire otherwise.
   */
  readonly limitMs: number;
  readonly log: Logger;
}

/**
 * Bounds what is held while JetStream takes nothing: the bridge stays away from the upstream broker
 * until everything that it holds has been stored. Meanwhile the broker queues, in order.
 */
export class Pause {
  readonly #args: PauseArgs;
  #limit: NodeJS.Timeout | undefined;
  #forbidden = false;

  constructor(args: PauseArgs) {
    this.#args = args;
  }

  get active(): boolean {
    return this.#limit !== undefined;
  }

  /** Undefined outside a pause. */
  missing(): string | undefined {
    if (!this.active) return undefined;
    return `paused: ${this.#args.intake.heldBytes} bytes wait to be stored`;
  }

  begin(): void {
    if (this.active || this.#forbidden) return;
    const { session, intake, limitMs, log } = this.#args;
    this.#limit = setTimeout(() => {
      log.warn("paused for too long, what is held is left to the upstream broker");
      intake.giveUp("paused for too long");
    }, limitMs);
    this.#limit.unref();
    log.warn({ heldBytes: intake.heldBytes }, "too much waits to be stored, pausing");
    session.pause();
  }

  end(): void {
    if (!this.active || this.#forbidden) return;
    clearTimeout(this.#limit);
    this.#limit = undefined;
    this.#args.log.info("everything that was held is stored or given up, resuming");
    this.#args.session.resume();
  }

  /** Leaves things as they are, for a process that is about to end. */
  forbid(): void {
    this.#forbidden = true;
    clearTimeout(this.#limit);
  }
}
