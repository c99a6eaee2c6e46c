import { newestFindings } from "../../exceptions/newest-findings.ts";
import type { NatsConnection } from "../../shared/nats.ts";

/** How often each rule hit. */
export interface RuleHits {
  readonly byRule: ReadonlyMap<string, { readonly title: string; readonly findings: number }>;
  /** From when on was counted, in milliseconds since 1970. */
  readonly since: number;
  /** Whether that was all of the day. */
  readonly complete: boolean;
}

const dayMs = 86_400_000;
/** To count reads much: what was counted is told again for so long. */
const goodForMs = 60_000;

/** Counts what every rule found in the last day: once, however many ask. */
export class RuleCounter {
  readonly #connection: NatsConnection;
  readonly #clock: () => number;
  #counted: { readonly at: number; readonly hits: Promise<RuleHits> } | undefined;

  constructor(connection: NatsConnection, clock: () => number) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** @throws what kept the stream from being read */
  hits(): Promise<RuleHits> {
    const at = this.#clock();
    if (this.#counted && at - this.#counted.at < goodForMs) return this.#counted.hits;
    const hits = this.#count(at);
    const counted = { at, hits };
    this.#counted = counted;
    // What failed is tried again by the next who asks.
    hits.catch(() => {
      if (this.#counted === counted) this.#counted = undefined;
    });
    return hits;
  }

  async #count(nowMs: number): Promise<RuleHits> {
    const byRule = new Map<string, { title: string; findings: number }>();
    const { since, complete } = await newestFindings(this.#connection, {
      nowMs,
      notBefore: nowMs - dayMs,
      wanted: ({ canary, rule: { id, title } }) => {
        if (canary) return false;
        const counted = byRule.get(id) ?? { title, findings: 0 };
        counted.findings++;
        byRule.set(id, counted);
        // Counted, and not kept.
        return false;
      },
    });
    return { byRule, since, complete };
  }
}
