import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testKeys } from "./audit-keys.fixture.ts";
import type { AuditRecord } from "./audit-record.ts";
import { AuditVerifier } from "./audit-verifier.ts";
import { chainedRecords, startMs, stored } from "./chain.fixture.ts";
import type { StoredRecord } from "./stored-record.ts";

function verify(records: readonly (StoredRecord | undefined)[]) {
  const verifier = new AuditVerifier(testKeys);
  for (const record of records) verifier.add(record);
  const report = verifier.report();
  return { ...report, writer: report.writers[0] };
}
const without = (records: readonly AuditRecord[], ...gone: number[]) =>
  records.filter(({ sequence }) => !gone.includes(sequence));
const altered = (record: StoredRecord): StoredRecord => ({
  ...record,
  body: record.body.replace("Success", "Failure"),
});

describe("a whole chain", () => {
  it("is intact and closed", () => {
    const { intact, writer } = verify(stored(chainedRecords({ logins: 50 })));

    expect(intact).toBe(true);
    expect(writer).toMatchObject({ state: "closed", records: 52, lastSequence: 51, missing: 0 });
  });

  it("is intact in any order in which records on their way may be stored", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), (delays) => {
        const records = chainedRecords({ logins: 60, onTheirWay: 10, closed: false });
        const late = (record: AuditRecord) =>
          record.sequence + ((delays[record.sequence] ?? 0) / 10) * 9;
        const order = [...records].sort((a, b) => late(a) - late(b));

        const { intact, writer } = verify(stored(order));

        expect(intact).toBe(true);
        expect(writer).toMatchObject({ missingAtEnd: 0, altered: 0 });
      }),
    );
  });

  it("is intact beside others, and after one that was killed", () => {
    const killed = chainedRecords({ logins: 5, closed: false });
    const next = chainedRecords({ logins: 5 });
    const other = chainedRecords({ logins: 5, name: "auth-2" });
    const mixed = other.flatMap((record, i) => [record, [...killed, ...next][i] ?? []].flat());
    const rest = [...killed, ...next].slice(other.length);

    const { intact, writers } = verify(stored([...mixed, ...rest]));

    expect(intact).toBe(true);
    expect(writers.map((writer) => writer.state)).toEqual(["closed", "open", "closed"]);
  });
});

describe("a removed record", () => {
  it("is found in the chain, wherever it was, when the stream does not show it", () => {
    const records = chainedRecords({ logins: 20, onTheirWay: 0 });
    for (let gone = 0; gone < records.length - 1; gone++) {
      const { intact, holes, writer } = verify(stored(without(records, gone)));

      expect({ intact, holes }).toEqual({ intact: false, holes: 0 });
      expect(writer).toMatchObject({ missing: 1, gaps: [{ first: gone, last: gone }] });
    }
  });

  it("is found in the stream when nothing else shows it: the last ones, or a whole writer", () => {
    const whole = stored(chainedRecords({ logins: 3 }));
    const end = stored(chainedRecords({ logins: 3, name: "auth-2" }), 10);

    expect(verify([...whole, ...end])).toMatchObject({ intact: false, holes: 4 });
  });

  it("is one of many: a long gap costs nothing", () => {
    const records = chainedRecords({ logins: 5_000 });

    const { writer } = verify(stored(records.filter(({ sequence }) => sequence % 1_000 < 100)));

    expect(writer).toMatchObject({ missing: 4_500, altered: 0 });
    expect(writer?.gaps[0]).toEqual({ first: 100, last: 999 });
  });
});

describe("a killed writer", () => {
  it("may lack records that were on their way: that is the open end and no gap", () => {
    const records = chainedRecords({ logins: 50, onTheirWay: 10, closed: false });

    const { intact, writer } = verify(stored(without(records, 45, 47)));

    expect(intact).toBe(true);
    expect(writer).toMatchObject({ state: "open", missing: 0, missingAtEnd: 2 });
  });

  it("lacks none that a later record says was stored", () => {
    const records = chainedRecords({ logins: 50, onTheirWay: 10, closed: false });

    const { intact, writer } = verify(stored(without(records, 39, 47)));

    expect(intact).toBe(false);
    expect(writer).toMatchObject({ gaps: [{ first: 39, last: 39 }], missingAtEnd: 1 });
  });
});

describe("an altered record", () => {
  it("is found, each but the last of an open chain", () => {
    const records = stored(chainedRecords({ logins: 20, closed: false }));
    for (let index = 1; index < records.length - 1; index++) {
      const changed = records.map((record, i) => (i === index ? altered(record) : record));

      expect(verify(changed).writer).toMatchObject({
        altered: 1,
        alteredSequences: [{ first: index, last: index }],
      });
    }
  });

  it.each([
    ["on another subject", (r: StoredRecord) => ({ ...r, subject: "audit.auth.pump-8" })],
    [
      "on the subject of another kind",
      (r: StoredRecord) => ({ ...r, subject: "audit.registry._" }),
    ],
    [
      "laid out anew",
      (r: StoredRecord) => ({ ...r, body: JSON.stringify(JSON.parse(r.body), null, 1) }),
    ],
    [
      "with a member twice",
      (r: StoredRecord) => ({ ...r, body: r.body.replace("{", '{"status_id":2,') }),
    ],
  ])("is found %s", (_, change) => {
    const records = stored(chainedRecords({ logins: 5 }));
    const changed = records.map((record, i) => (i === 3 ? change(record) : record));

    expect(verify(changed).intact).toBe(false);
  });

  it("is found when it was put in beside the true one", () => {
    const records = chainedRecords({ logins: 5, onTheirWay: 3 });
    const forged = stored(records).map((record, i) => (i === 4 ? altered(record) : record));
    const both = [...stored(records.slice(0, 5)), ...forged.slice(4)];
    const placed = both.map((record, i) => ({ ...record, sequence: i + 1 }));

    expect(verify(placed).writer).toMatchObject({ altered: 1, missing: 0 });
  });

  it("is found after the end of its chain, and as one that belongs to none", () => {
    const records = chainedRecords({ logins: 5 });
    const longer = stored([...records, ...chainedRecords({ logins: 9 }).slice(8)]);
    const writer = JSON.parse(longer[0]?.body ?? "").unmapped.chain.writer;
    const claimed = longer.map((record) => ({
      ...record,
      body: record.body.replace(/"writer":"[^"]*"/, `"writer":"${writer}"`),
    }));

    expect(verify(claimed).writer?.altered).toBeGreaterThan(0);
    expect(verify([...stored(records), undefined])).toMatchObject({ intact: false, unchained: 1 });
  });
});

it("takes the same record stored again for what it is", () => {
  const records = chainedRecords({ logins: 5, onTheirWay: 3 });
  const twice = [...records.slice(0, 4), ...records.slice(3)];

  const { intact, writer } = verify(stored(twice));

  expect(intact).toBe(true);
  expect(writer).toMatchObject({ duplicates: 1, records: 8 });
});

describe("what came before the first record that is read", () => {
  const late = (record: StoredRecord) => ({ ...record, storedAt: record.storedAt + 3_600_000 });

  it("was taken by retention, of a chain that began before", () => {
    const records = stored(chainedRecords({ logins: 50, onTheirWay: 5 })).map(late);

    const { intact, writer } = verify(records.slice(20));

    expect(intact).toBe(true);
    expect(writer).toMatchObject({ firstSequence: 20, missing: 0 });
  });

  it("may lack what was stored out of order, and nothing later", () => {
    const records = chainedRecords({ logins: 50, onTheirWay: 5 });
    const [order, removed] = [stored(without(records, 22), 100), stored(without(records, 40), 100)];

    expect(verify(order.slice(21).map(late)).intact).toBe(true);
    expect(verify(removed.slice(21).map(late)).writer).toMatchObject({ missing: 1 });
  });

  it("was removed, of the first record of a stream or of a chain that began later", () => {
    const beheaded = chainedRecords({ logins: 5 }).slice(3);
    const older = stored(chainedRecords({ logins: 5, name: "auth-2" }), 7).map((record) => ({
      ...record,
      storedAt: startMs - 3_600_000,
    }));

    expect(verify(stored(beheaded)).writer).toMatchObject({ gaps: [{ first: 0, last: 2 }] });
    expect(verify([...older, ...stored(beheaded, 14)]).writers).toMatchObject([
      { missing: 0 },
      { gaps: [{ first: 0, last: 2 }] },
    ]);
  });
});

it("never fails, whatever is in the stream", () => {
  const link = fc.record(
    {
      writer: fc.constantFrom("a", "b", "!"),
      started: fc.nat(3),
      sequence: fc.oneof(fc.nat(9), fc.maxSafeNat()),
      settled: fc.oneof(fc.nat(9), fc.maxSafeNat()),
      previous: fc.constantFrom("0".repeat(64), "x", null),
    },
    { requiredKeys: [] },
  );
  const event = fc.record({ activity_id: fc.nat(5), unmapped: fc.record({ chain: link }) });
  const body = fc.oneof(
    fc.string(),
    fc.json(),
    event.map((value) => JSON.stringify(value)),
    fc.constant("[".repeat(200_000)),
  );
  const record = fc.record({
    sequence: fc.maxSafeNat(),
    storedAt: fc.nat(),
    subject: fc.constantFrom("audit.auth.a", "audit.chain.auth.a", "x", ""),
    body,
  });
  fc.assert(
    fc.property(fc.array(fc.option(record, { nil: undefined }), { maxLength: 30 }), (records) => {
      const { records: counted, intact } = verify(records);
      expect(counted).toBe(records.length);
      expect(intact).toBe(records.length === 0);
    }),
  );
});
