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

  it("stays untold where there is no room to group it", () => {
    const { stored, take } = taking({ groupLimit: 1 });
    take({ silenced: true });
    take({ silenced: true, clientId: "other" });
    expect(stored.notices).toEqual([]);
    expect(stored.listed).toHaveLength(2);
  });
});
