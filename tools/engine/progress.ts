import { printable } from "../../app/shared/printable.ts";
import { withoutColours } from "./steps.ts";
import { parseUrn } from "./urn.ts";

interface Metadata {
  readonly op: string;
  readonly urn: string;
  readonly old?: { readonly custom?: boolean } | null;
  readonly new?: { readonly custom?: boolean } | null;
}

interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: Metadata };
  readonly resOutputsEvent?: { readonly metadata: Metadata };
  readonly resOpFailedEvent?: { readonly metadata: Metadata };
  readonly diagnosticEvent?: { readonly urn?: string; readonly message: string };
}

interface UnderWay {
  readonly operation: string;
  readonly urn: string;
  readonly sinceMs: number;
  /** What its provider said last. */
  said: string;
}

const saidLimit = 300;

/** These end at once, or with the program: nobody waits for them. */
const isAwaited = ({ op, urn, ...states }: Metadata): boolean =>
  op !== "same" &&
  (states.new ?? states.old)?.custom === true &&
  parseUrn(urn).type !== "pulumi:pulumi:Stack";

const keyOf = ({ op, urn }: Metadata) => `${op} ${urn}`;

/** How far a run of the engine is, told by its events as they come. */
export class Progress {
  readonly #underWay = new Map<string, UnderWay>();
  #done = 0;
  #movedAtMs: number;

  constructor(nowMs: number) {
    this.#movedAtMs = nowMs;
  }

  /** When something began or ended last. That a provider says again what it waits for moves nothing. */
  get movedAtMs(): number {
    return this.#movedAtMs;
  }

  /** @param line one event, as the engine's log has it. */
  take(line: string, nowMs: number): void {
    const event = JSON.parse(line) as EngineEvent;
    const begun = event.resourcePreEvent?.metadata;
    const ended = (event.resOutputsEvent ?? event.resOpFailedEvent)?.metadata;
    if (begun || ended) this.#movedAtMs = nowMs;
    if (begun && isAwaited(begun)) {
      const { op: operation, urn } = begun;
      this.#underWay.set(keyOf(begun), { operation, urn, sinceMs: nowMs, said: "" });
    }
    if (ended && this.#underWay.delete(keyOf(ended))) this.#done++;
    if (event.diagnosticEvent) this.#hear(event.diagnosticEvent);
  }

  #hear({ urn, message }: { readonly urn?: string; readonly message: string }): void {
    for (const each of this.#underWay.values()) {
      if (each.urn === urn) each.said = printable(withoutColours(message), saidLimit);
    }
  }

  /** One line: how much is done, and what is waited for, the longest first. */
  describe(nowMs: number): string {
    const waiting = [...this.#underWay.values()].map(({ operation, urn, sinceMs, said }) => {
      const { type, name } = parseUrn(urn);
      const seconds = Math.round((nowMs - sinceMs) / 1000);
      return `${operation} ${type} ${name} for ${seconds} s${said && ` (${said})`}`;
    });
    return [`${this.#done} done`, ...(waiting.length > 0 ? waiting : ["nothing under way"])].join(
      "; ",
    );
  }
}
