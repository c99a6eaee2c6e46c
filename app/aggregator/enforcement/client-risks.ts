import { randomUUID } from "node:crypto";
import type { BarRequest } from "../../enforcement/bar.ts";
import type { SeenFinding } from "../../incidents/seen-finding.ts";
import {
  type ClientRisk,
  isForgotten,
  isProven,
  type RiskSettings,
  raised,
  riskAt,
} from "./risk.ts";

export interface RisksSettings extends RiskSettings {
  /** Clients that are remembered at a time. */
  readonly limit: number;
}

/** It looks at every client. */
const tickMs = 30_000;

/**
 * What is held against each client, and who is to be barred for it. Calculates only: whoever uses it
 * stores what has changed, together with how far findings are counted, before it asks for a bar.
 */
export class ClientRisks {
  readonly #settings: RisksSettings;
  readonly #known = new Map<string, ClientRisk>();
  readonly #wanted = new Set<string>();
  #changed = new Set<string>();
  #tickedMs = 0;

  constructor(settings: RisksSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#known.size;
  }

  /** Messages that storing what changed will take. */
  get pending(): number {
    return this.#changed.size;
  }

  restore(risk: ClientRisk): void {
    this.#known.set(risk.clientId, risk);
    if (risk.wanted) this.#wanted.add(risk.clientId);
    else this.#wanted.delete(risk.clientId);
  }

  /**
   * @param incident in which it was counted, if it goes on.
   * @returns whether it was counted; otherwise there are too many clients.
   */
  take(finding: SeenFinding, incident: string | undefined, nowMs: number): boolean {
    if (!isProven(finding)) return true;
    const { halfLifeMs, barRisk, limit } = this.#settings;
    const { clientId } = finding;
    const before = this.#known.get(clientId);
    if (!before && this.#known.size >= limit) return false;
    const after = raised(before, finding, halfLifeMs);
    const isDue = !after.wanted && riskAt(after, nowMs, halfLifeMs) >= barRisk;
    const wanted = { id: randomUUID(), ...(incident !== undefined && { incident }) };
    this.#put(isDue ? { ...after, wanted } : after);
    return true;
  }

  /** Bars that are to be asked for, so many at most. */
  due(atMost: number): readonly BarRequest[] {
    return [...this.#wanted].slice(0, atMost).flatMap((clientId) => {
      const known = this.#known.get(clientId);
      return known?.wanted ? { ...known.wanted, clientId, risk: known.risk } : [];
    });
  }

  /**
   * What was decided is done with. After a bar nothing is held against the device; where there was no
   * room for one, it all is, so that its next finding has it asked for again.
   */
  settle({ clientId, id }: Pick<BarRequest, "clientId" | "id">, isOver: boolean): void {
    const known = this.#known.get(clientId);
    if (known?.wanted?.id !== id) return;
    const { wanted: _, ...rest } = known;
    this.#put(isOver ? { ...rest, risk: 0 } : rest);
  }

  /** Forgets those against whom nothing is held any more: what is stored of them ends by itself. */
  tick(nowMs: number): void {
    if (nowMs - this.#tickedMs < tickMs) return;
    this.#tickedMs = nowMs;
    for (const [clientId, risk] of this.#known) {
      if (this.#changed.has(clientId)) continue;
      if (isForgotten(risk, nowMs, this.#settings.halfLifeMs)) this.#known.delete(clientId);
    }
  }

  takeChanges(): readonly ClientRisk[] {
    const changes = [...this.#changed].flatMap((clientId) => this.#known.get(clientId) ?? []);
    this.#changed = new Set();
    return changes;
  }

  #put(risk: ClientRisk): void {
    this.restore(risk);
    this.#changed.add(risk.clientId);
  }
}
