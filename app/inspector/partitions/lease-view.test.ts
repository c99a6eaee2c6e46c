import { expect, it } from "vitest";
import { memberKey, partitionIds, partitionKey } from "../../contract/partitions.ts";
import { noMark } from "../../shared/stream-sight.ts";
import { createLeaseView, type StoredEntry } from "./lease-view.ts";

const leaseMs = 2000;
const mark = (sequence: number) => ({ created: "log", sequence, at: 10_000 });
const log = { ...mark(0), firstSequence: 1, firstAt: 0, lastSequence: 100, partitions: 12 };
const entry = (revision: number, owner: string, sequence = 0) => ({
  key: partitionKey(3),
  revision,
  value: { owner, ...mark(sequence) },
});
/** A reading of the bucket, and what its leader says of it. */
const reading = (
  entries: readonly StoredEntry[],
  { created = "bucket", firstAt = 0, lastSequence = 20, at = 10_000 } = {},
) => ({ sight: { created, firstSequence: 1, firstAt, lastSequence, at }, entries });
const member = (name: string, revision: number, present = true) => ({
  key: memberKey(name),
  revision,
  value: { present },
});

it("lets a partition without an entry be claimed from the start", () => {
  const view = createLeaseView(leaseMs);
  expect(view.partition(3, 0)).toEqual({
    ...{ revision: 0, owner: "", mark: noMark },
    claimable: true,
  });
});

it("holds a lease for alive until its revision stood still for the lease time", () => {
  const view = createLeaseView(leaseMs);
  view.observe(reading([entry(7, "inspector-1", 40)]), 1000);
  view.observe(reading([entry(7, "inspector-1", 40)]), 2900);
  expect(view.partition(3, 2999).claimable).toBe(false);
  expect(view.partition(3, 3000)).toEqual({
    revision: 7,
    owner: "inspector-1",
    mark: mark(40),
    claimable: true,
  });
});

it("starts the lease time anew with each renewal", () => {
  const view = createLeaseView(leaseMs);
  view.observe(reading([entry(7, "inspector-1")]), 0);
  view.observe(reading([entry(8, "inspector-1")]), 1900);
  expect(view.partition(3, 3800).claimable).toBe(false);
  expect(view.partition(3, 3900).claimable).toBe(true);
});

it("frees a partition that was handed back at once", () => {
  const view = createLeaseView(leaseMs);
  view.observe(reading([entry(7, "inspector-1", 40)]), 0);
  view.observe(reading([entry(8, "", 41)]), 100);
  expect(view.partition(3, 100)).toMatchObject({ revision: 8, mark: mark(41), claimable: true });
});

it("tells how far a partition may be decided that was handed back, and of no other", () => {
  const view = createLeaseView(leaseMs);
  const decided = (revision: number, owner: string) => {
    const value = { owner, ...mark(41), decidedUpTo: 45 };
    view.observe(reading([{ key: partitionKey(3), revision, value }]), 0);
    return view.partition(3, 5000).decidedUpTo;
  };
  expect(decided(7, "")).toBe(45);
  expect(decided(8, "inspector-1")).toBeUndefined();
  view.observe(reading([entry(9, "", 41)]), 0);
  expect(view.partition(3, 5000).decidedUpTo).toBeUndefined();
});

it("ignores an older revision from a follower that lags", () => {
  const view = createLeaseView(leaseMs);
  view.observe(reading([entry(8, "inspector-1", 41)]), 0);
  view.observe(reading([entry(7, "", 40)]), 500);
  view.observe(reading([entry(8, "inspector-1", 41)]), 1000);
  expect(view.partition(3, 1999)).toMatchObject({ revision: 8, mark: mark(41), claimable: false });
  expect(view.partition(3, 2000).claimable).toBe(true);
});

it("counts members whose heart beats, drops those that left at once and the silent ones in time", () => {
  const view = createLeaseView(leaseMs);
  view.observe(reading([member("inspector-1", 1), member("inspector-2", 2)]), 0);
  expect(view.liveMembers("inspector-3", 0)).toEqual(["inspector-3", "inspector-1", "inspector-2"]);
  view.observe(reading([member("inspector-1", 3), member("inspector-2", 4, false)]), 1500);
  expect(view.liveMembers("inspector-3", 1500)).toEqual(["inspector-3", "inspector-1"]);
  expect(view.liveMembers("inspector-3", 3500)).toEqual(["inspector-3"]);
});

it("knows when each member that lives sends alerts itself, whatever those said that are gone", () => {
  const sending = (name: string, revision: number) => ({
    ...member(name, revision),
    value: { present: true, sends: true },
  });
  const view = createLeaseView(leaseMs);
  expect(view.allSend(0)).toBe(false);
  view.observe(reading([sending("inspector-1", 1), member("inspector-2", 2)]), 0);
  expect(view.allSend(0)).toBe(false);
  view.observe(reading([sending("inspector-1", 3), member("inspector-2", 2)]), 2_500);
  expect(view.allSend(2_500)).toBe(true);
  view.observe(reading([sending("inspector-1", 4), member("inspector-2", 5)]), 3_000);
  expect(view.allSend(3_000)).toBe(false);
  view.observe(reading([sending("inspector-1", 6), member("inspector-2", 7, false)]), 3_500);
  expect(view.allSend(3_500)).toBe(true);
});

it("knows the slowest cursor only when every partition has one", () => {
  const view = createLeaseView(leaseMs);
  const entries = partitionIds(12).map((partition) => ({
    key: partitionKey(partition),
    revision: partition + 1,
    value: { owner: "inspector-1", ...mark(100 - partition) },
  }));
  view.observe(reading(entries.slice(1)), 0);
  expect(view.lowestCursor(log)).toBeUndefined();
  view.observe(reading(entries), 0);
  expect(view.lowestCursor(log)).toBe(89);
  expect(view.lowestCursor({ ...log, partitions: 13 })).toBeUndefined();
  expect(view.lowestCursor({ ...log, created: "another log" })).toBeUndefined();
  expect(view.lowestCursor({ ...log, lastSequence: 99 })).toBeUndefined();
});

it("takes an entry that cannot be read for free and unread", () => {
  const view = createLeaseView(leaseMs);
  view.observe(reading([{ key: partitionKey(3), revision: 9, value: "?" }]), 0);
  expect(view.partition(3, 0)).toEqual({
    ...{ revision: 9, owner: "", mark: noMark },
    claimable: true,
  });
});

it.each([
  ["made anew", { created: "another bucket" }],
  ["emptied", { lastSequence: 3 }],
  ["emptied and filled again", { firstAt: 11_000, lastSequence: 30, at: 12_000 }],
])("forgets the entries of a bucket that was %s, and waits until their owners must have ended", (_, sight) => {
  const view = createLeaseView(leaseMs);
  expect(view.observe(reading([entry(8, "inspector-1", 41)]), 0)).toBe(true);
  expect(view.observe(reading([], sight), 500)).toBe(false);
  expect(view.partition(3, 2499)).toMatchObject({ revision: 0, claimable: false });
  expect(view.partition(3, 2500)).toMatchObject({ revision: 0, mark: noMark, claimable: true });
  expect(view.observe(reading([entry(2, "inspector-2", 7)], sight), 2500)).toBe(true);
  expect(view.partition(3, 2500)).toMatchObject({ revision: 2, owner: "inspector-2" });
});

it("takes any revision of a partition that it was told to forget", () => {
  const view = createLeaseView(leaseMs);
  view.observe(reading([entry(8, "inspector-1", 41)]), 0);
  view.forget(3);
  view.observe(reading([entry(7, "", 40)]), 500);
  expect(view.partition(3, 500)).toMatchObject({ revision: 7, mark: mark(40), claimable: true });
});
