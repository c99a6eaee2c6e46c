/**
 * Which member should own which partition: every partition has one, and loads differ by one at most.
 *
 * Rendezvous hashing: each pair of member and partition has a score that nothing else influences,
 * so every member comes to the same result from the member set alone, and a change of the set
 * leaves most pairs as they are. The best pairs are served first; a member takes no more than its
 * share. `p % members` would balance as well, and move nearly everything on each change.
 */
export function assignPartitions(
  members: readonly string[],
  partitions: readonly number[],
): ReadonlyMap<number, string> {
  const distinct = [...new Set(members)];
  const owners = new Map<number, string>();
  if (distinct.length === 0) return owners;
  const share = Math.floor(partitions.length / distinct.length);
  // So many members own one more than the share, which makes the places exactly enough.
  let extras = partitions.length % distinct.length;
  const loads = new Map(distinct.map((member) => [member, 0]));
  for (const { member, partition } of rankedPairs(distinct, partitions)) {
    const load = loads.get(member) ?? 0;
    if (owners.has(partition) || load > share || (load === share && extras === 0)) continue;
    if (load === share) extras--;
    owners.set(partition, member);
    loads.set(member, load + 1);
  }
  return owners;
}

function rankedPairs(members: readonly string[], partitions: readonly number[]) {
  return members
    .flatMap((member) =>
      partitions.map((partition) => ({ member, partition, score: score(member, partition) })),
    )
    .sort(
      (a, b) => b.score - a.score || a.partition - b.partition || (a.member < b.member ? -1 : 1),
    );
}

/** FNV-1a with a final mix, without which names that differ in the last digit rank alike. */
function score(member: string, partition: number): number {
  let hash = 0x811c9dc5;
  for (const character of `${partition}/${member}`) {
    hash = Math.imul(hash ^ character.charCodeAt(0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
