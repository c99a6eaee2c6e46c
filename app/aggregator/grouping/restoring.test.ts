import { describe, expect, it } from "vitest";
import { findingOf } from "../finding.fixture.ts";
import { fill, Stored, settings, start } from "./groups.fixture.ts";
import { Groups } from "./groups.ts";

describe("begun from what is stored, read from several copies", () => {
  function withCampaign() {
    const stored = new Stored();
    const groups = new Groups(settings);
    for (const finding of fill(4, 1, (n) => `v-${n}`)) groups.take(finding, start);
    stored.take(groups);
    const before = { incidents: [...stored.incidents.values()], members: [] as MemberCall[] };
    for (const finding of fill(70, 10, (n) => `v-${n}`)) groups.take(finding, start);
    stored.take(groups);
    before.incidents.push(...stored.incidents.values());
    before.members.push(...stored.members.values());
    return { groups, stored, before };
  }
  type MemberCall = Parameters<Groups["restoreMembers"]>;

  it("forgets what a later version says is over, and counts on as the one before", () => {
    const { groups, stored, before } = withCampaign();
    const campaign = stored.listed.find(({ kind }) => kind === "campaign");
    const by = { id: campaign?.id ?? "", actor: "api:ann" };
    groups.change({ ...by, kind: "close", verdict: "tp", note: "" }, undefined, start);
    stored.take(groups);

    const anew = new Groups(settings);
    for (const incident of before.incidents) anew.restore(incident);
    for (const incident of stored.incidents.values()) anew.restore(incident);
    for (const part of before.members) anew.restoreMembers(...part);

    expect([...anew.open]).toEqual([...groups.open]);
    expect([anew.size, groups.size]).toEqual([0, 0]);
    anew.take(findingOf(500, { clientId: "v-1", time: start }), start);
    expect(anew.takeChanges().incidents).toMatchObject([{ kind: "client", findings: 1 }]);
  });

  it("takes the later of two versions of a part of a campaign, and counts each client once", () => {
    const { groups, stored, before } = withCampaign();
    for (const finding of fill(20, 100, () => "v-3")) groups.take(finding, start);
    stored.take(groups);

    const anew = new Groups(settings);
    for (const incident of before.incidents) anew.restore(incident);
    for (const incident of stored.incidents.values()) anew.restore(incident);
    for (const part of before.members) anew.restoreMembers(...part);
    for (const part of stored.members.values()) anew.restoreMembers(...part);

    expect(anew.size).toBe(groups.size);
    const again = findingOf(500, { clientId: "v-4", time: start });
    for (const each of [groups, anew]) each.take(again, start);
    expect(anew.takeChanges().members).toEqual(groups.takeChanges().members);
  });
});
