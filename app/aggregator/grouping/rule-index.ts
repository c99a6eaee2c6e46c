import type { Incident } from "../../incidents/incident.ts";

/** The open incidents of one rule. */
export interface OfRule {
  /** Ids of incidents, by their client. */
  readonly clients: ReadonlyMap<string, string>;
  readonly campaign: string | undefined;
}

const none: OfRule = { clients: new Map(), campaign: undefined };

interface Known {
  readonly clients: Map<string, string>;
  campaign?: string;
}

/** Which open incident a rule has of a client, and which campaign. */
export class RuleIndex {
  readonly #rules = new Map<string, Known>();

  of(rule: string): OfRule {
    const known = this.#rules.get(rule);
    return known ? { clients: known.clients, campaign: known.campaign } : none;
  }

  add({ id, rule, kind, clients }: Incident): void {
    const known: Known = this.#rules.get(rule.id) ?? { clients: new Map() };
    this.#rules.set(rule.id, known);
    if (kind === "campaign") known.campaign = id;
    else known.clients.set(clients[0] ?? "", id);
  }

  delete({ id, rule, kind, clients }: Incident): void {
    const known = this.#rules.get(rule.id);
    if (!known) return;
    const client = clients[0] ?? "";
    if (kind === "campaign") {
      if (known.campaign === id) delete known.campaign;
    } else if (known.clients.get(client) === id) known.clients.delete(client);
    if (known.clients.size === 0 && known.campaign === undefined) this.#rules.delete(rule.id);
  }
}
