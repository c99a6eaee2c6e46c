import { describe, expect, it } from "vitest";
import { findingOf } from "../finding.fixture.ts";
import { hour, Stored, settings, start } from "./groups.fixture.ts";
import { Groups } from "./groups.ts";

const taking = (more: Partial<typeof settings> = {}) => {
  const groups = new Groups({ ...settings, ...more });
  const stored = new Stored();
  let sequence = 0;
  const take = (of: { readonly silenced?: boolean; readonly clientId?: string }) => {
    groups.take(findingOf(++sequence, { time: start + sequence, ...of }), start);
    stored.take(groups);
  };
  return { groups, stored, take };
};

describe("what a silence covers", () => {
  it("is counted, and nobody is told, neither at once nor later nor that it is over", () => {
    const { groups, stored, take } = taking();
    take({ silenced: true });
    take({ silenced: true });
    groups.tick(start + 12 * hour, 100);
    stored.take(groups);
    expect(stored.listed).toMatchObject([{ findings: 2, silenced: true, told: { notices: 0 } }]);
    groups.tick(start + 30 * hour, 100);
    stored.take(groups);
    expect(stored.listed).toMatchObject([{ endedAt: start + 30 * hour }]);
    expect(stored.notices).toEqual([]);
  });

  it("is told with all of it when a finding comes that no silence covers", () => {
    const { stored, take } = taking();
    take({ silenced: true });
    take({});
    expect(stored.notices).toEqual(["opened client"]);
    expect(stored.listed[0]).not.toHaveProperty("silenced");
    expect(stored.listed).toMatchObject([{ findings: 2, told: { findings: 2 } }]);
  });

  it("of an incident that was told before is told when it is over", () => {
    const { groups, stored, take } = taking();
    take({});
    take({ silenced: true });
    groups.tick(start + 12 * hour, 100);
    stored.take(groups);
    expect(stored.notices).toEqual(["opened client"]);
    groups.tick(start + 30 * hour, 100);
    stored.take(groups);
    expect(stored.notices).toEqual(["opened client", "resolved client"]);
  });

  it("stays untold by whoever goes on from what is stored", () => {
    const { stored, take } = taking();
    take({ silenced: true });
    const anew = stored.restored(settings);
    anew.tick(start + 12 * hour, 100);
    expect(anew.takeChanges().notices).toEqual([]);
  });

  it("stays untold as a campaign until one of its clients is not silenced", () => {
    const { stored, take } = taking();
    for (let n = 0; n < 6; n++) take({ silenced: true, clientId: `v-${n}` });
    expect(stored.notices).toEqual([]);
    expect(stored.listed).toMatchObject([{ kind: "campaign", clientCount: 6, silenced: true }]);
    take({ clientId: "v-9" });
    expect(stored.notices).toEqual(["opened campaign"]);
  });

  it("mutes nothing of other clients that is still to be told", () => {
    const { groups, stored, take } = taking();
    for (let n = 0; n < 5; n++) take({ clientId: `v-${n}` });
    const before = stored.notices.length;
    take({ clientId: "v-9" });
    take({ silenced: true, clientId: "v-0" });
    const anew = stored.restored(settings);
    for (const each of [groups, anew]) {
      each.tick(start + hour, 100);
      const { notices } = each.takeChanges();
      expect(notices.map(({ kind }) => kind)).toEqual(["continues"]);
      expect(notices[0]?.incident).toMatchObject({ findings: 7, told: { findings: 7 } });
    }
    expect(stored.notices).toHaveLength(before);
  });

  it("is silent again once the others were told", () => {
    const { groups, stored, take } = taking();
    take({});
    take({});
    take({ silenced: true });
    groups.tick(start + hour, 100);
    stored.take(groups);
    expect(stored.notices).toEqual(["opened client", "continues client"]);
    take({ silenced: true });
    groups.tick(start + 12 * hour, 100);
    stored.take(groups);
    expect(stored.notices).toHaveLength(2);
    expect(stored.listed).toMatchObject([{ findings: 4, silenced: true }]);
  });

  it("leaves what others are to be told when a loud client becomes an incident of its own", () => {
    const { groups, stored, take } = taking({ loudFindings: 3 });
    for (let n = 0; n < 5; n++) take({ clientId: `v-${n}` });
    take({ clientId: "v-9" });
    for (let n = 0; n < 2; n++) take({ silenced: true, clientId: "v-0" });
    take({ silenced: true, clientId: "v-1" });
    groups.tick(start + hour, 100);
    const { notices } = groups.takeChanges();
    expect(notices.map(({ kind, incident }) => `${kind} ${incident.kind}`)).toEqual([
      "continues campaign",
    ]);
    stored.take(groups);
  });

  it("stays untold where there is no room to group it", () => {
    const { stored, take } = taking({ groupLimit: 1 });
    take({ silenced: true });
    take({ silenced: true, clientId: "other" });
    expect(stored.notices).toEqual([]);
    expect(stored.listed).toHaveLength(2);
  });
});
