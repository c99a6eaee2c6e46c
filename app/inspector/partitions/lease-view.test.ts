import { expect, it } from "vitest";
import { memberKey, partitionIds, partitionKey } from "../../contract/partitions.ts";
import { createLeaseView } from "./lease-view.ts";

const leaseMs = 2000;
const entry = (revision: number, owner: string, sequence = 0) => ({
  key: partitionKey(3),
  revision,
  value: { owner, sequence },
});
const member = (name: string, revision: number, present = true) => ({
  key: memberKey(name),
  revision,
  value: { present },
});

it("lets a partition without an entry be claimed from the start", () => {
  const view = createLeaseView(leaseMs);
  expect(view.partition(3, 0)).toEqual({ revision: 0, owner: "", sequence: 0, claimable: true });
});

it("holds a lease for alive until its revision stood still for the lease time", () => {
  const view = createLeaseView(leaseMs);
  view.observe([entry(7, "inspector-1", 40)], 1000);
  view.observe([entry(7, "inspector-1", 40)], 2900);
  expect(view.partition(3, 2999).claimable).toBe(false);
  expect(view.partition(3, 3000)).toEqual({
    revision: 7,
    owner: "inspector-1",
    sequence: 40,
    claimable: true,
  });
});

it("starts the lease time anew with each renewal", () => {
  const view = createLeaseView(leaseMs);
  view.observe([entry(7, "inspector-1")], 0);
  view.observe([entry(8, "inspector-1")], 1900);
  expect(view.partition(3, 3800).claimable).toBe(false);
  expect(view.partition(3, 3900).claimable).toBe(true);
});

it("frees a partition that was handed back at once", () => {
  const view = createLeaseView(leaseMs);
  view.observe([entry(7, "inspector-1", 40)], 0);
  view.observe([entry(8, "", 41)], 100);
  expect(view.partition(3, 100)).toMatchObject({ revision: 8, sequence: 41, claimable: true });
});

it("ignores an older revision from a follower that lags", () => {
  const view = createLeaseView(leaseMs);
  view.observe([entry(8, "inspector-1", 41)], 0);
  view.observe([entry(7, "", 40)], 500);
  view.observe([entry(8, "inspector-1", 41)], 1000);
  expect(view.partition(3, 1999)).toMatchObject({ revision: 8, sequence: 41, claimable: false });
  expect(view.partition(3, 2000).claimable).toBe(true);
});

it("counts members whose heart beats, drops those that left at once and the silent ones in time", () => {
  const view = createLeaseView(leaseMs);
  view.observe([member("inspector-1", 1), member("inspector-2", 2)], 0);
  expect(view.liveMembers("inspector-3", 0)).toEqual(["inspector-3", "inspector-1", "inspector-2"]);
  view.observe([member("inspector-1", 3), member("inspector-2", 4, false)], 1500);
  expect(view.liveMembers("inspector-3", 1500)).toEqual(["inspector-3", "inspector-1"]);
  expect(view.liveMembers("inspector-3", 3500)).toEqual(["inspector-3"]);
});

it("knows the slowest cursor only when every partition has one", () => {
  const view = createLeaseView(leaseMs);
  const entries = partitionIds.map((partition) => ({
    key: partitionKey(partition),
    revision: partition + 1,
    value: { owner: "inspector-1", sequence: 100 - partition },
  }));
  view.observe(entries.slice(1), 0);
  expect(view.lowestCursor()).toBeUndefined();
  view.observe(entries, 0);
  expect(view.lowestCursor()).toBe(89);
});

it("takes an entry that cannot be read for free and unread", () => {
  const view = createLeaseView(leaseMs);
  view.observe([{ key: partitionKey(3), revision: 9, value: "?" }], 0);
  expect(view.partition(3, 0)).toEqual({ revision: 9, owner: "", sequence: 0, claimable: true });
});
