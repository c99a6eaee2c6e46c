import { newestFindings } from "../../exceptions/newest-findings.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { StreamReads } from "../access/stream-reads.ts";

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

/** Whose turns at streams counting takes: nobody's who asks, since all of them have its result. */
const holder = "rule hits";

export interface RuleCounterOptions {
  readonly connection: NatsConnection;
  readonly reads: Pick<StreamReads, "read">;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Counts what every rule found in the last day: once, and in one turn, however many ask. */
export class RuleCounter {
  readonly #options: RuleCounterOptions;
  #counted: { readonly at: number; readonly hits: Promise<RuleHits> } | undefined;

  constructor(options: RuleCounterOptions) {
    this.#options = options;
  }

  /** @throws what kept the stream from being read */
  hits(): Promise<RuleHits> {
    const { reads, clock } = this.#options;
    const at = clock();
    if (this.#counted && at - this.#counted.at < goodForMs) return this.#counted.hits;
    const hits = reads.read(holder, () => this.#count(at));
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
    const { since, complete } = await newestFindings(this.#options.connection, {
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
