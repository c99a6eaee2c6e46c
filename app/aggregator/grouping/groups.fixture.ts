import type { Incident } from "../../incidents/incident.ts";
import { findingOf } from "../finding.fixture.ts";
import type { GroupingSettings } from "./grouping-settings.ts";
import { Groups } from "./groups.ts";

export const hour = 3_600_000;
export const start = 10 * hour;
export const settings: GroupingSettings = {
  region: "us-east",
  campaignClients: 5,
  campaignMs: hour,
  loudFindings: 20,
  quietMs: 24 * hour,
  groupLimit: 1_000,
  repeat: { firstMs: 60_000, longestMs: hour },
};

/** What is stored, as far as it was. */
export class Stored {
  readonly incidents = new Map<string, Incident>();
  readonly members = new Map<string, Parameters<Groups["restoreMembers"]>>();
  readonly notices: string[] = [];

  take(groups: Groups): void {
    const changes = groups.takeChanges();
    for (const incident of changes.incidents) this.incidents.set(incident.id, incident);
    for (const { id, place, part } of changes.members) {
      this.members.set(`${id}.${place}`, [id, place, part]);
    }
    for (const { kind, incident } of changes.notices) this.notices.push(`${kind} ${incident.kind}`);
  }

  get listed(): Incident[] {
    return [...this.incidents.values()].filter(({ mergedInto }) => mergedInto === undefined);
  }

  restored(of: GroupingSettings): Groups {
    const groups = new Groups(of);
    for (const incident of this.incidents.values()) groups.restore(incident);
    for (const part of this.members.values()) groups.restoreMembers(...part);
    return groups;
  }
}

export const fill = (count: number, from: number, clientOf: (n: number) => string) =>
  Array.from({ length: count }, (_, n) =>
    findingOf(from + n, { clientId: clientOf(n), time: start + from + n }),
  );
