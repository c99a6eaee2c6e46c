import fc from "fast-check";
import { expect, it } from "vitest";
import { partitionIds as idsOf, partitionCount } from "../../contract/partitions.ts";
import { assignPartitions } from "./assignment.ts";

const partitionIds = idsOf(partitionCount);
const memberSets = fc.uniqueArray(fc.stringMatching(/^[a-z0-9-]{1,20}$/), {
  minLength: 1,
  maxLength: 16,
});

function movedPartitions(before: readonly string[], after: readonly string[]): number {
  const old = assignPartitions(before, partitionIds);
  const fresh = assignPartitions(after, partitionIds);
  return partitionIds.filter((partition) => old.get(partition) !== fresh.get(partition)).length;
}

it("gives every partition to exactly one member, with loads that differ by one at most", () => {
  fc.assert(
    fc.property(memberSets, (members) => {
      const owners = assignPartitions(members, partitionIds);
      expect([...owners.keys()].sort((a, b) => a - b)).toEqual(partitionIds);
      for (const member of members) {
        const load = [...owners.values()].filter((owner) => owner === member).length;
        expect(load).toBeGreaterThanOrEqual(Math.floor(partitionCount / members.length));
        expect(load).toBeLessThanOrEqual(Math.ceil(partitionCount / members.length));
      }
    }),
  );
});

it("depends on the member set alone, not on its order or repetitions", () => {
  fc.assert(
    fc.property(memberSets, (members) => {
      const shuffled = [...members, ...members].reverse();
      expect(assignPartitions(shuffled, partitionIds)).toEqual(
        assignPartitions(members, partitionIds),
      );
    }),
  );
});

it("moves 7 of 12 partitions at most when a member joins, and few more than must move on average", () => {
  for (let members = 1; members <= 6; members++) {
    let moved = 0;
    const trials = 200;
    for (let trial = 0; trial < trials; trial++) {
      const before = Array.from({ length: members }, (_, i) => `inspector-${trial}-${i}`);
      const moves = movedPartitions(before, [...before, `inspector-${trial}-${members}`]);
      expect(moves).toBeLessThanOrEqual(7);
      moved += moves;
    }
    const needed = partitionCount / (members + 1);
    expect(moved / trials).toBeLessThanOrEqual(needed * 2);
  }
});

it("assigns nothing when there is no member", () => {
  expect(assignPartitions([], partitionIds).size).toBe(0);
});
