import { expect, it } from "vitest";
import { createLease, LeaseEnded } from "./lease.ts";

function leaseAt(start: number) {
  let nowMs = start;
  const clock = () => nowMs;
  const lease = createLease({
    ...{ partition: 3, inDoubtUpTo: 0, revision: 7 },
    ...{ sentMs: start, trustMs: 1500, clock },
  });
  return { lease, pass: (ms: number) => (nowMs += ms) };
}

it("ends by itself when the last write is too long ago, as after a pause of the process", () => {
  const { lease, pass } = leaseAt(100);
  pass(1499);
  expect(lease.held()).toBe(true);
  pass(1);
  expect(lease.held()).toBe(false);
  expect(lease.signal.reason).toMatchObject({ code: "expired" });
});

it("counts from when a renewal was sent, not from when its answer came", () => {
  const { lease, pass } = leaseAt(0);
  pass(1400);
  lease.renewed(8, 500);
  expect(lease.revision).toBe(8);
  pass(599);
  expect(lease.held()).toBe(true);
  pass(1);
  expect(lease.held()).toBe(false);
});

it("does not come back once it ended, and keeps the first reason", () => {
  const { lease } = leaseAt(0);
  lease.end("taken");
  lease.renewed(9, 0);
  lease.end("handed-over");
  expect(lease.held()).toBe(false);
  expect(lease.signal.reason).toBeInstanceOf(LeaseEnded);
  expect(lease.signal.reason).toMatchObject({ code: "taken" });
});
