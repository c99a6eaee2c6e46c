import type { Incident } from "../../incidents/incident.ts";
import type { SeenFinding } from "../../incidents/seen-finding.ts";

/** What one client has in a campaign. Times are milliseconds since 1970. */
export interface Member {
  readonly findings: number;
  readonly firstSeen: number;
  readonly lastSeen: number;
}

/** A part of a campaign's clients, as it is stored: small, since one finding rewrites it. */
export type MemberPart = readonly (readonly [clientId: string, ...counts: number[]])[];
const partSize = 64;

/** The clients of a campaign, each of which is counted once, in parts that are stored one by one. */
export class Members {
  readonly #places = new Map<string, number>();
  readonly #parts: Map<string, Member>[] = [];
  readonly #changed = new Set<number>();

  get size(): number {
    return this.#places.size;
  }

  get changedParts(): number {
    return this.#changed.size;
  }

  of(clientId: string): Member | undefined {
    return this.#parts[this.#places.get(clientId) ?? -1]?.get(clientId);
  }

  all(): readonly Member[] {
    return this.#parts.flatMap((part) => [...part.values()]);
  }

  set(clientId: string, member: Member): void {
    const last = this.#parts.length - 1;
    const place =
      this.#places.get(clientId) ??
      ((this.#parts[last]?.size ?? partSize) < partSize ? last : last + 1);
    this.#place(clientId, member, place);
    this.#changed.add(place);
  }

  delete(clientId: string): void {
    const place = this.#places.get(clientId);
    if (place === undefined) return;
    this.#places.delete(clientId);
    this.#parts[place]?.delete(clientId);
    this.#changed.add(place);
  }

  /** Takes a part as it was stored, in the place of an earlier version of it. */
  restore(place: number, part: MemberPart): void {
    for (const clientId of this.#parts[place]?.keys() ?? []) {
      if (this.#places.get(clientId) === place) this.#places.delete(clientId);
    }
    while (this.#parts.length <= place) this.#parts.push(new Map());
    this.#parts[place]?.clear();
    for (const [clientId, findings = 0, firstSeen = 0, lastSeen = 0] of part) {
      this.#place(clientId, { findings, firstSeen, lastSeen }, place);
    }
  }

  /** The parts that changed since they were asked for. */
  takeChanged(): readonly { readonly place: number; readonly part: MemberPart }[] {
    const changed = [...this.#changed].map((place) => ({
      place,
      part: [...(this.#parts[place] ?? [])].map(
        ([clientId, member]) =>
          [clientId, member.findings, member.firstSeen, member.lastSeen] as const,
      ),
    }));
    this.#changed.clear();
    return changed;
  }

  #place(clientId: string, member: Member, place: number): void {
    while (this.#parts.length <= place) this.#parts.push(new Map());
    this.#places.set(clientId, place);
    this.#parts[place]?.set(clientId, member);
  }
}

export const memberOf = ({ findings, firstSeen, lastSeen }: Incident): Member => ({
  ...{ findings, firstSeen, lastSeen },
});

export const memberWith = (member: Member | undefined, { time }: SeenFinding): Member => ({
  findings: (member?.findings ?? 0) + 1,
  firstSeen: Math.min(member?.firstSeen ?? time, time),
  lastSeen: Math.max(member?.lastSeen ?? time, time),
});

/** A campaign without one of its clients, which has become an incident of its own. */
export function without(campaign: Incident, clientId: string, left: Member, members: Members) {
  const all = members.all();
  return {
    ...campaign,
    findings: campaign.findings - left.findings,
    // As many stay untold as were: those of the others among them would be told of by nobody.
    told: { ...campaign.told, findings: Math.max(0, campaign.told.findings - left.findings) },
    clientCount: campaign.clientCount - 1,
    clients: campaign.clients.filter((each) => each !== clientId),
    ...(all.length > 0 && {
      firstSeen: all.reduce((least, each) => Math.min(least, each.firstSeen), Number.MAX_VALUE),
      lastSeen: all.reduce((most, each) => Math.max(most, each.lastSeen), 0),
    }),
  };
}
