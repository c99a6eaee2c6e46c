import { expect, it } from "vitest";
import { chainedRecords, stored } from "../chain.fixture.ts";
import type { StoredRecord } from "../stored-record.ts";
import { LiveComparison } from "./live-comparison.ts";

const name = "20270115T080000000Z";
const archived = stored([
  ...chainedRecords({ name: "auth-1", logins: 6 }),
  ...chainedRecords({ name: "auth-2", logins: 6 }),
]);
const writerOf = ({ body }: StoredRecord): string => JSON.parse(body).unmapped.chain.writer;

/** AUDIT holds these records; nothing is so old that it may be gone, unless it is said. */
async function compared(live: readonly StoredRecord[], { agedBefore = 0, stream = name } = {}) {
  const comparison = new LiveComparison({
    name,
    records: (async function* () {
      yield* live;
    })(),
    agedBefore,
  });
  for (const record of archived) await comparison.add(record, stream);
  const rest: number[] = [];
  for await (const { sequence } of comparison.rest()) rest.push(sequence);
  return { ...comparison.report(), rest };
}

const intact = { missing: 0, different: 0, notArchived: 0, madeAnew: false };

it("finds nothing where AUDIT has what was archived, and gives what is not archived yet", async () => {
  const later = stored(chainedRecords({ logins: 2 }), archived.length + 1);
  expect(await compared([...archived, ...later])).toMatchObject({
    ...intact,
    same: archived.length,
    rest: later.map(({ sequence }) => sequence),
  });
});

it("finds what was cut off at the end", async () => {
  expect(await compared(archived.slice(0, -3))).toMatchObject({
    missing: 3,
    missingFirst: archived.length - 2,
    missingLast: archived.length,
  });
});

it("finds a writer that was taken out as a whole, and a record that was changed", async () => {
  const without = archived.filter((each) => !writerOf(each).startsWith("auth-1"));
  expect(await compared(without)).toMatchObject({ missing: 8, missingFirst: 1, different: 0 });

  const changed = archived.with(4, { ...archived[4], body: "{}" } as StoredRecord);
  expect(await compared(changed)).toMatchObject({ missing: 0, different: 1, differentFirst: 5 });
});

it("misses what age has taken from the beginning as little as age could take it", async () => {
  const left = archived.slice(5);
  const agedBefore = (left[0]?.storedAt ?? 0) - 1;
  expect(await compared(left, { agedBefore })).toMatchObject(intact);
  expect(await compared(left, { agedBefore: agedBefore - 2_000 })).toMatchObject({ missing: 2 });
});

it("finds records that the archive passed over, and a stream that was made anew", async () => {
  const more = [...archived.slice(0, 4), ...archived.slice(4)].map((record, i) => ({
    ...record,
    sequence: i < 4 ? record.sequence : record.sequence + 1,
  }));
  const passed = { ...archived[4], sequence: 5 } as StoredRecord;
  const report = await compared([...more.slice(0, 4), passed, ...more.slice(4)]);
  expect(report.different).toBeGreaterThan(0);

  expect(await compared([], { stream: "20260101T000000000Z" })).toMatchObject({
    madeAnew: true,
    missing: archived.length,
  });
});
