import { type Incident, isOpen } from "../../incidents/incident.ts";
import type { ChangeOutcome, IncidentChange } from "../../incidents/incident-change.ts";
import type { Notice, NoticeKind } from "../../incidents/notice.ts";
import type { SeenFinding } from "../../incidents/seen-finding.ts";
import { type MemberPart, Members, memberOf, memberWith, without } from "./campaign.ts";
import { decided } from "./decisions.ts";
import { gathered } from "./gathering.ts";
import type { GroupingSettings } from "./grouping-settings.ts";
import {
  campaignOf,
  counted,
  ended,
  merged,
  newIncidentId,
  noted,
  opened,
  ourselves,
} from "./incident-steps.ts";
import { RuleIndex } from "./rule-index.ts";
import { dueNotice, isUntold, told } from "./telling.ts";

/** Where a finding was counted: in an incident that goes on, or in one of its own because there are too many. */
export type Counted = "grouped" | "ungrouped";

/** What is to be stored, together. */
export interface GroupChanges {
  readonly incidents: readonly Incident[];
  readonly members: readonly {
    readonly id: string;
    readonly place: number;
    readonly part: MemberPart;
  }[];
  readonly notices: readonly Notice[];
}

/**
 * The open incidents, and which one a finding belongs to: that of its rule and client, or of a
 * campaign of its rule. Calculates only: whoever uses it stores what has changed, all of it together.
 */
export class Groups {
  readonly #settings: GroupingSettings;
  readonly #open = new Map<string, Incident>();
  readonly #rules = new RuleIndex();
  readonly #members = new Map<string, Members>();
  #memberCount = 0;
  /** Open ones with findings that nobody was told of. */
  readonly #untold = new Set<string>();
  #changed = new Map<string, Incident>();
  #notices: Notice[] = [];

  constructor(settings: GroupingSettings) {
    this.#settings = settings;
  }

  /** Pairs of rule and client that are remembered. */
  get size(): number {
    return this.#open.size - this.#members.size + this.#memberCount;
  }

  get open(): Iterable<Incident> {
    return this.#open.values();
  }

  knows(id: string): boolean {
    return this.#open.has(id) || this.#changed.has(id);
  }

  /** Messages that storing what changed will take. */
  get pending(): number {
    let parts = 0;
    for (const members of this.#members.values()) parts += members.changedParts;
    return this.#changed.size + this.#notices.length + parts;
  }

  /** Takes an incident as it was stored; a later version of one that was taken before counts. */
  restore(incident: Incident): void {
    if (!isOpen(incident)) {
      this.#forget(incident);
      return;
    }
    this.#open.set(incident.id, incident);
    this.#rules.add(incident);
    if (incident.kind === "campaign" && !this.#members.has(incident.id)) {
      this.#members.set(incident.id, new Members());
    }
    if (isUntold(incident)) this.#untold.add(incident.id);
    else this.#untold.delete(incident.id);
  }

  /** After its campaign. What is of one that is not open is left out; the later of two counts. */
  restoreMembers(id: string, place: number, part: MemberPart): void {
    const members = this.#members.get(id);
    if (!members) return;
    const before = members.size;
    members.restore(place, part);
    this.#memberCount += members.size - before;
  }

  take(finding: SeenFinding, nowMs: number): Counted {
    const ofRule = this.#rules.of(finding.rule.id);
    const own = this.#open.get(ofRule.clients.get(finding.clientId) ?? "");
    if (own) {
      this.#put(counted(own, finding, false), nowMs);
      return "grouped";
    }
    const campaign = this.#open.get(ofRule.campaign ?? "");
    if (campaign) return this.#join(campaign, finding, nowMs);
    const what = `opened by ${finding.id}`;
    const opening = { region: this.#settings.region, kind: "client", nowMs, what } as const;
    const incident = opened(finding, { id: newIncidentId(nowMs), ...opening });
    if (this.size >= this.#settings.groupLimit) {
      this.#alone(incident, nowMs);
      return "ungrouped";
    }
    this.#rules.add(incident);
    this.#put(incident, nowMs);
    this.#gather(finding, nowMs);
    return "grouped";
  }

  /** The open incident in which findings of this rule and client are counted. */
  incidentOf(rule: string, clientId: string): string | undefined {
    const { clients, campaign } = this.#rules.of(rule);
    return clients.get(clientId) ?? campaign;
  }

  /** What we did about an incident; nothing where it is not open any more. */
  note(id: string, what: string, nowMs: number): void {
    const incident = this.#open.get(id);
    if (!incident) return;
    const after = noted(incident, { time: nowMs, actor: ourselves, what });
    this.#open.set(id, after);
    this.#changed.set(id, after);
  }

  /** What a person decided. @param stored the incident where it is not open any more */
  change(change: IncidentChange, stored: Incident | undefined, nowMs: number): ChangeOutcome {
    const incident = this.#changed.get(change.id) ?? this.#open.get(change.id) ?? stored;
    if (!incident) return { refused: "unknown", detail: `there is no incident ${change.id}` };
    const outcome = decided(incident, change, nowMs);
    if (outcome.refused !== undefined || outcome.incident === incident) return outcome;
    if (outcome.incident.status === "closed") {
      return { incident: this.#finish(outcome.incident, nowMs) };
    }
    if (isOpen(incident)) this.#open.set(change.id, outcome.incident);
    this.#changed.set(change.id, outcome.incident);
    return outcome;
  }

  /** What the passing of time brings: that incidents go on is told again, and quiet ones end. */
  tick(nowMs: number, atMost: number): void {
    for (const id of this.#untold) {
      if (this.pending >= atMost) return;
      const incident = this.#open.get(id);
      if (incident) this.#tell(incident, nowMs);
    }
    for (const incident of this.#open.values()) {
      if (this.pending >= atMost) return;
      if (incident.lastSeen + this.#settings.quietMs > nowMs) continue;
      this.#finish(ended(incident, nowMs), nowMs);
    }
  }

  takeChanges(): GroupChanges {
    const members = [...this.#members].flatMap(([id, each]) =>
      each.takeChanged().map((part) => ({ id, ...part })),
    );
    const changes = { incidents: [...this.#changed.values()], members, notices: this.#notices };
    this.#changed = new Map();
    this.#notices = [];
    return changes;
  }

  /** An open incident, changed; told of when it is time. */
  #put(incident: Incident, nowMs: number): void {
    this.#open.set(incident.id, incident);
    this.#changed.set(incident.id, incident);
    this.#untold.add(incident.id);
    this.#tell(incident, nowMs);
  }

  #tell(incident: Incident, nowMs: number): void {
    const kind = dueNotice(incident, nowMs, this.#settings.repeat);
    if (!kind) return;
    this.#open.set(incident.id, this.#noticed(incident, kind, nowMs));
    this.#untold.delete(incident.id);
  }

  #noticed(incident: Incident, kind: NoticeKind, nowMs: number): Incident {
    const after = told(incident, kind, nowMs);
    this.#notices.push(after.notice);
    this.#changed.set(incident.id, after.incident);
    return after.incident;
  }

  /** It is over: no further finding is counted in it. Whoever was told of it is told so. */
  #finish(incident: Incident, nowMs: number): Incident {
    this.#forget(incident);
    this.#changed.set(incident.id, incident);
    return incident.told.notices === 0 ? incident : this.#noticed(incident, "resolved", nowMs);
  }

  #forget(incident: Incident): void {
    const { id } = incident;
    this.#rules.delete(incident);
    this.#memberCount -= this.#members.get(id)?.size ?? 0;
    this.#members.delete(id);
    this.#open.delete(id);
    this.#untold.delete(id);
  }

  /** There is no room for another group: told, stored and not remembered. */
  #alone(incident: Incident, nowMs: number): void {
    const after = incident.silenced ? incident : this.#noticed(incident, "opened", nowMs);
    this.#finish({ ...after, endedAt: nowMs }, nowMs);
  }

  #join(campaign: Incident, finding: SeenFinding, nowMs: number): Counted {
    const members = this.#members.get(campaign.id) ?? new Members();
    const { clientId } = finding;
    const known = members.of(clientId);
    if (!known && this.size >= this.#settings.groupLimit) {
      // It may be one of the campaign's clients that is not remembered, so it is not counted as another.
      this.#put(counted(campaign, finding, false), nowMs);
      return "ungrouped";
    }
    if (known && known.findings + 1 >= this.#settings.loudFindings) {
      this.#split({ campaign, members, finding, nowMs });
      return "grouped";
    }
    if (!known) this.#memberCount++;
    members.set(clientId, memberWith(known, finding));
    this.#put(counted(campaign, finding, !known), nowMs);
    return "grouped";
  }

  /** A client of a campaign is loud: it becomes an incident of its own, with all that it did. */
  #split(of: { campaign: Incident; members: Members; finding: SeenFinding; nowMs: number }): void {
    const { campaign, members, finding, nowMs } = of;
    const { clientId } = finding;
    const before = members.of(clientId);
    if (!before) return;
    members.delete(clientId);
    this.#memberCount--;
    this.#put(without(campaign, clientId, before, members), nowMs);
    const what = `taken out of campaign ${campaign.id}: ${before.findings + 1} findings`;
    const opening = { region: this.#settings.region, kind: "client", nowMs, what } as const;
    const incident = opened(finding, { id: newIncidentId(nowMs), ...opening });
    this.#rules.add(incident);
    this.#put({ ...incident, ...memberWith(before, finding) }, nowMs);
  }

  /** Makes a campaign of the incidents of many clients. */
  #gather({ rule, time }: SeenFinding, nowMs: number): void {
    const { clients } = this.#rules.of(rule.id);
    if (clients.size < this.#settings.campaignClients) return;
    const open = [...clients.values()].flatMap((id) => this.#open.get(id) ?? []);
    const [oldest, ...others] = gathered(open, time, this.#settings);
    if (!oldest || others.length === 0) return;
    const campaign = campaignOf([oldest, ...others], { id: newIncidentId(nowMs), nowMs });
    const members = new Members();
    for (const part of [oldest, ...others]) {
      members.set(part.clients[0] ?? "", memberOf(part));
      this.#finish(merged(part, campaign.id, nowMs), nowMs);
    }
    this.#memberCount += members.size;
    this.#members.set(campaign.id, members);
    this.#rules.add(campaign);
    this.#put(campaign, nowMs);
  }
}
