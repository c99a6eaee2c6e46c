import { describe, expect, it } from "vitest";
import { findingOf } from "../finding.fixture.ts";
import { changesOfOneFinding } from "./gathering.ts";
import { fill, hour, Stored, settings, start } from "./groups.fixture.ts";
import { Groups } from "./groups.ts";

it("makes one incident of one device's findings by one rule, however many", () => {
  const groups = new Groups(settings);
  const stored = new Stored();
  for (const finding of fill(10_000, 1, () => "pump-7")) groups.take(finding, start);
  stored.take(groups);

  expect(stored.listed).toHaveLength(1);
  const [incident] = stored.listed;
  expect(incident).toMatchObject({
    ...{ kind: "client", status: "new", severity: "high", findings: 10_000, clientCount: 1 },
    ...{ clients: ["pump-7"], firstSeen: start + 1, lastSeen: start + 10_000 },
    title: "Command injection: pump-7",
  });
  const { first = [], last = [] } = incident?.evidence ?? {};
  expect([...first, ...last].map(({ findingId }) => findingId)).toEqual(
    [1, 2, 3, 4, 5, 9_996, 9_997, 9_998, 9_999, 10_000].map((n) => `f${n}`),
  );
  expect(stored.notices).toEqual(["opened client"]);
});

it("keeps rules apart", () => {
  const groups = new Groups(settings);
  const rule = { id: "r2", title: "Path traversal" };
  groups.take(findingOf(1), start);
  groups.take(findingOf(2, { rule }), start);
  expect(groups.takeChanges().incidents.map((each) => each.rule.id)).toEqual(["r1", "r2"]);
});

describe("the same on many clients", () => {
  const loud = fill(10_000, 1, () => "pump-7");
  const one = fill(500, 20_000, (n) => `valve-${n}`);
  const orders = {
    "one after the other": [...loud, ...one],
    "the many first": [...one, ...loud],
    "one between the other": loud.flatMap((each, n) => [...(one[n] ? [one[n]] : []), each]),
  };

  it.each(
    Object.entries(orders),
  )("is one campaign, beside the incident of a loud one: %s", (_, findings) => {
    const groups = new Groups(settings);
    const stored = new Stored();
    for (const finding of findings) groups.take(finding, start);
    stored.take(groups);

    const found = stored.listed.toSorted((a, b) => a.findings - b.findings);
    expect(found.map((each) => [each.kind, each.findings, each.clientCount])).toEqual([
      ["campaign", 500, 500],
      ["client", 10_000, 1],
    ]);
    expect(found[0]).toMatchObject({ firstSeen: start + 20_000, lastSeen: start + 20_499 });
    expect(found[1]).toMatchObject({ firstSeen: start + 1, lastSeen: start + 10_000 });
    expect(found[0]?.clients).toHaveLength(20);
    expect(found[0]?.clients).not.toContain("pump-7");
  });

  it.each([
    7, 64, 333,
  ])("has the same counts when it begins anew from what is stored every %i findings", (every) => {
    let groups = new Groups(settings);
    const stored = new Stored();
    orders["one between the other"].forEach((finding, n) => {
      groups.take(finding, start);
      if (n % every !== 0) return;
      stored.take(groups);
      groups = stored.restored(settings);
    });
    stored.take(groups);
    const counts = stored.listed.map((each) => [each.kind, each.findings, each.clientCount]);
    expect(counts.toSorted()).toEqual([
      ["campaign", 500, 500],
      ["client", 10_000, 1],
    ]);
  });

  it("is told as one, and what was told of the single ones is over", () => {
    const groups = new Groups(settings);
    const stored = new Stored();
    for (const finding of one) groups.take(finding, start);
    stored.take(groups);
    expect(stored.notices.filter((each) => each === "opened campaign")).toHaveLength(1);
    expect(stored.notices.filter((each) => each === "opened client")).toHaveLength(5);
    expect(stored.notices.filter((each) => each === "resolved client")).toHaveLength(5);
  });

  it("is a campaign of as many as can be stored at once, when more were open; the others stay and lose nothing", () => {
    const groups = new Groups(settings);
    const stored = new Stored();
    // Too slow to be a campaign, then all of them again, and one that is new.
    const times = Array.from({ length: 600 }, (_, n) => start + n * hour);
    times.forEach((time, n) => {
      groups.take(findingOf(n, { clientId: `v-${n}`, time }), time);
      stored.take(groups);
    });
    const late = start + 600 * hour;
    times.forEach((_, n) => {
      groups.take(findingOf(1_000 + n, { clientId: `v-${n}`, time: late }), late);
      stored.take(groups);
    });
    groups.take(findingOf(2_000, { clientId: "new", time: late }), late);

    expect(groups.pending).toBeLessThanOrEqual(changesOfOneFinding);
    stored.take(groups);
    const count = (kind: string) => stored.listed.filter((each) => each.kind === kind).length;
    expect([count("campaign"), count("client")]).toEqual([1, 521]);
    expect(stored.listed.reduce((sum, each) => sum + each.findings, 0)).toBe(1_201);
    expect(groups.take(findingOf(2_001, { clientId: "newer", time: late }), late)).toBe("grouped");
    stored.take(groups);
    expect([count("campaign"), count("client")]).toEqual([1, 521]);
    expect(groups.size).toBe(602);
  });

  it("is none when it is spread over more time", () => {
    const groups = new Groups(settings);
    const stored = new Stored();
    for (let n = 0; n < 20; n++) {
      groups.take(findingOf(n, { clientId: `v-${n}`, time: start + n * hour }), start + n * hour);
    }
    stored.take(groups);
    expect(new Set(stored.listed.map(({ kind }) => kind))).toEqual(new Set(["client"]));
  });

  it("leaves alone what a person sees to", () => {
    const groups = new Groups(settings);
    const stored = new Stored();
    groups.take(findingOf(1, { clientId: "mine", time: start }), start);
    stored.take(groups);
    const [mine] = stored.listed;
    const id = mine?.id ?? "";
    groups.change({ id, kind: "assign", assignee: "ann", actor: "api:ann" }, undefined, start);
    for (const finding of one) groups.take(finding, start);
    stored.take(groups);
    const found = stored.listed.map((each) => [each.kind, each.clientCount, each.assignee]);
    expect(found.toSorted()).toEqual([
      ["campaign", 500, undefined],
      ["client", 1, "ann"],
    ]);
  });
});

describe("what passes without end", () => {
  it("is passed on one by one beyond the limit, nothing of it is lost, and no more is remembered", () => {
    const groups = new Groups({ ...settings, groupLimit: 10, campaignClients: 100 });
    const stored = new Stored();
    const outcomes = fill(30, 1, (n) => `v-${n}`).map((each) => groups.take(each, start));
    stored.take(groups);
    expect(outcomes.filter((each) => each === "ungrouped")).toHaveLength(20);
    expect(stored.listed.reduce((sum, each) => sum + each.findings, 0)).toBe(30);
    expect(groups.size).toBe(10);
    expect(groups.take(findingOf(99, { clientId: "v-1", time: start }), start)).toBe("grouped");
  });

  it("counts in a campaign although no more clients can be remembered", () => {
    const groups = new Groups({ ...settings, groupLimit: 10 });
    const stored = new Stored();
    const outcomes = fill(30, 1, (n) => `v-${n}`).map((each) => groups.take(each, start));
    stored.take(groups);
    expect(outcomes.filter((each) => each === "ungrouped")).toHaveLength(20);
    expect(stored.listed.map((each) => [each.kind, each.findings])).toEqual([["campaign", 30]]);
    expect(groups.size).toBe(10);
  });
});

it("tells at growing intervals that an incident goes on, only when something was found since, and at once that it is worse", () => {
  const groups = new Groups(settings);
  const stored = new Stored();
  let sequence = 0;
  const at = (minutes: number, found: boolean, severity: "high" | "critical" = "high") => {
    const now = start + minutes * 60_000;
    if (found) groups.take(findingOf(++sequence, { time: now, severity }), now);
    groups.tick(now, 500);
    stored.take(groups);
    return stored.notices.splice(0).join(", ");
  };
  expect(at(0, true)).toBe("opened client");
  expect(at(0.5, true)).toBe("");
  expect(at(1, false)).toBe("continues client");
  expect(at(3, true)).toBe("");
  expect(at(4, false)).toBe("continues client");
  expect(at(14, false)).toBe("");
  expect(at(14, true)).toBe("continues client");
  expect(at(15, true, "critical")).toBe("raised client");
  expect(at(16, true)).toBe("continues client");
});

it("ends what stays quiet, tells so, and makes another one of what comes next", () => {
  const groups = new Groups(settings);
  const stored = new Stored();
  groups.take(findingOf(1, { time: start }), start);
  groups.tick(start + 23 * hour, 500);
  stored.take(groups);
  expect(stored.listed[0]).not.toHaveProperty("endedAt");
  groups.tick(start + 24 * hour, 500);
  stored.take(groups);
  expect(stored.listed).toHaveLength(1);
  expect(stored.listed[0]).toMatchObject({ status: "new", endedAt: start + 24 * hour });
  expect(stored.notices).toEqual(["opened client", "resolved client"]);
  groups.take(findingOf(2, { time: start + 25 * hour }), start + 25 * hour);
  stored.take(groups);
  expect(stored.listed).toHaveLength(2);
});

describe("what a person decides", () => {
  function withOne() {
    const groups = new Groups(settings);
    const stored = new Stored();
    groups.take(findingOf(1, { time: start }), start);
    stored.take(groups);
    const [{ id } = { id: "" }] = stored.listed;
    const by = { id, actor: "api:ann" };
    return { groups, stored, by };
  }

  it("assigns and closes, with its words in the timeline, and tells that it is over", () => {
    const { groups, stored, by } = withOne();
    groups.change({ ...by, kind: "assign", assignee: "bob" }, undefined, start + 1);
    stored.take(groups);
    expect(stored.listed[0]).toMatchObject({ status: "in_progress", assignee: "bob" });
    const close = { ...by, kind: "close", verdict: "fp", note: "a test" } as const;
    groups.change(close, undefined, start + 2);
    stored.take(groups);
    expect(stored.listed[0]).toMatchObject({ status: "closed", verdict: "fp", note: "a test" });
    expect(stored.listed[0]?.timeline.slice(1)).toEqual([
      { time: start + 1, actor: "api:ann", what: "assigned to bob" },
      { time: start + 2, actor: "api:ann", what: "closed as fp", note: "a test" },
    ]);
    expect(stored.notices).toEqual(["opened client", "resolved client"]);
    // Asked again, as by somebody who got no answer.
    groups.change(close, stored.listed[0], start + 3);
    expect(groups.takeChanges()).toEqual({ incidents: [], members: [], notices: [] });
  });

  it("makes the next finding another incident", () => {
    const { groups, stored, by } = withOne();
    groups.change({ ...by, kind: "close", verdict: "tp", note: "" }, undefined, start);
    groups.take(findingOf(2, { time: start }), start);
    stored.take(groups);
    expect(stored.listed.map(({ status }) => status).toSorted()).toEqual(["closed", "new"]);
  });

  it("is refused of what is not there, is closed, or has become a part of a campaign", () => {
    const { groups, stored, by } = withOne();
    const assign = { ...by, kind: "assign", assignee: "bob" } as const;
    const asked = (id: string) => groups.change({ ...assign, id }, stored.incidents.get(id), start);
    expect(asked("00000000-00000000").refused).toBe("unknown");
    for (const finding of fill(9, 10, (n) => `v-${n}`)) groups.take(finding, start);
    stored.take(groups);
    expect(asked(by.id).refused).toBe("merged");
    const campaign = stored.listed[0]?.id ?? "";
    groups.change(
      { ...by, id: campaign, kind: "close", verdict: "tp", note: "" },
      undefined,
      start,
    );
    stored.take(groups);
    expect(asked(campaign).refused).toBe("closed");
    expect(groups.size).toBe(0);
  });
});
