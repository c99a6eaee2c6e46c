import type { Finding } from "../../contract/verdict.ts";
import type { InspectedMessage } from "./message.ts";
import type { InspectionState, Stage } from "./stages.ts";

/** A stage threw: the message was not inspected. */
export class StageFailed extends Error {
  override readonly name = "StageFailed";
  readonly stage: string;

  constructor(stage: string, sequence: number, cause: unknown) {
    super(`message ${sequence}: stage ${stage} failed: ${String(cause)}`, { cause });
    this.stage = stage;
  }
}

/** How far the inspection of one message has come. */
export interface Inspection {
  /** What each finished stage found. */
  readonly done: (readonly Finding[])[];
  /** The stage that failed last. */
  failed?: Stage;
}

/**
 * Runs the stages that are not done yet and returns all findings.
 *
 * After a failure it goes on with the stage that failed, so that no stage learns twice from one
 * message. One that fails again is given up where it says what is found then.
 *
 * @throws StageFailed
 */
export async function inspect(
  message: InspectedMessage,
  inspection: Inspection,
  run: {
    readonly stages: readonly Stage[];
    readonly state: InspectionState;
    readonly onStage: (stage: string, seconds: number) => void;
    readonly onGivenUp: (failure: StageFailed) => void;
  },
): Promise<readonly Finding[]> {
  for (let next = inspection.done.length; next < run.stages.length; next++) {
    const stage = run.stages[next];
    if (!stage) break;
    const startMs = performance.now();
    try {
      const found = stage.find(message, run.state);
      // Most find at once, and need no turn of the event loop.
      inspection.done.push(found instanceof Promise ? await found : found);
    } catch (cause) {
      const failure = new StageFailed(stage.name, message.sequence, cause);
      if (!stage.givenUp || inspection.failed !== stage) {
        inspection.failed = stage;
        throw failure;
      }
      run.onGivenUp(failure);
      inspection.done.push([stage.givenUp]);
    } finally {
      run.onStage(stage.name, (performance.now() - startMs) / 1000);
    }
  }
  return inspection.done.flat();
}
