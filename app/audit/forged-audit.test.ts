/** What somebody can do who may rewrite all of AUDIT, and has none of the writers' keys. */
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../shared/canonical-json.ts";
import { AuditChain } from "./audit-chain.ts";
import { AuditKeyRing } from "./audit-key-ring.ts";
import { newSigner, testKeyFile, testKeys, testSigners } from "./audit-keys.fixture.ts";
import type { AuditRecord } from "./audit-record.ts";
import { AuditVerifier } from "./audit-verifier.ts";
import { chainedRecords, startMs, stored } from "./chain.fixture.ts";
import { recordDigest } from "./chain-link.ts";
import type { StoredRecord } from "./stored-record.ts";

function verify(records: readonly StoredRecord[], keys: AuditKeyRing = testKeys) {
  const verifier = new AuditVerifier(keys);
  for (const record of records) verifier.add(record);
  return verifier.report();
}

/** Chains the records anew from `from` on, as whoever has no key can: the signatures stay. */
function rechained(records: readonly StoredRecord[], from: number): StoredRecord[] {
  let previous: string | undefined;
  return records.map((record, index) => {
    let { body } = record;
    if (index >= from) {
      const event = JSON.parse(body);
      event.unmapped.chain.previous = previous;
      body = canonicalJson(event);
    }
    previous = recordDigest(record.subject, body);
    return { ...record, body };
  });
}
const numbered = (records: readonly StoredRecord[]) =>
  records.map((record, i) => ({ ...record, sequence: i + 1 }));

/** Two writers: the second records at the end where the first stood at `at`. */
function witnessed(at: number, options: { closed?: boolean } = {}) {
  const first = chainedRecords({ logins: 20, ...options });
  const chain = new AuditChain({
    ...{ kind: "auth", name: "auth-2", signer: testSigners.auth, clock: () => startMs },
  });
  const head = first[at]?.head;
  if (!head) throw new Error("no such record");
  const second = [
    chain.link(chain.opening(), undefined),
    chain.link(chain.heads([head]), undefined),
    chain.link(chain.closing(), undefined),
  ];
  return { first, second, head };
}

describe("without its writer's key", () => {
  it("a changed record shows, though the chain was made anew from there", () => {
    const records = stored(chainedRecords({ logins: 200, closed: false }));
    const changed = records.map((record, i) =>
      i === 150 ? { ...record, body: record.body.replace("Success", "Failure") } : record,
    );

    const { intact, writers } = verify(rechained(changed, 151));

    expect(intact).toBe(false);
    expect(writers[0]).toMatchObject({
      altered: 0,
      forged: 51,
      forgedSequences: [{ first: 150, last: 200 }],
    });
  });

  it("the last record of an open chain cannot be changed either", () => {
    const records = stored(chainedRecords({ logins: 5, closed: false }));
    const changed = records.map((record, i) =>
      i === 5 ? { ...record, body: record.body.replace("Success", "Failure") } : record,
    );

    expect(verify(changed).writers[0]).toMatchObject({ forged: 1, altered: 0 });
  });

  it.each([
    ["unsigned", (r: StoredRecord) => ({ ...r, signature: undefined })],
    ["with the signature of the record before", (r: StoredRecord) => r],
    ["signed by a key that is not the region's", undefined],
    ["signed by a writer of the other kind", undefined],
  ])("a record that is appended to an open chain shows: %s", (how, change) => {
    const records = chainedRecords({ logins: 5, closed: false });
    const foreign = stored(records, 1).at(-1) as StoredRecord;
    const event = JSON.parse(foreign.body);
    const digest = recordDigest(foreign.subject, foreign.body);
    event.unmapped.chain = { ...event.unmapped.chain, sequence: 6, previous: digest, settled: 6 };
    const body = canonicalJson(event);
    const signer = how.includes("other kind") ? testSigners.console : newSigner().signer;
    const head = signer.sign({
      ...{ writer: event.unmapped.chain.writer, sequence: 6, time: event.time },
      digest: recordDigest(foreign.subject, body),
    });
    const appended = { ...foreign, sequence: 7, body, signature: head.signature };

    const { intact, writers } = verify([
      ...stored(records),
      change ? { ...change({ ...appended, signature: foreign.signature }) } : appended,
    ]);

    expect(intact).toBe(false);
    expect(writers[0]).toMatchObject({ forged: 1, forgedSequences: [{ first: 6, last: 6 }] });
  });

  it("a whole writer cannot be made up", () => {
    const { signer } = newSigner();
    const made = stored(chainedRecords({ logins: 3, signer }));

    expect(verify(made)).toMatchObject({ intact: false, writers: [{ forged: 5 }] });
  });
});

describe("what another writer saw", () => {
  it("is there still: intact, and not when it was put behind what saw it", () => {
    const { first, second } = witnessed(10);

    expect(verify(stored([...first, ...second])).intact).toBe(true);
    expect(verify(stored([...second, ...first])).intact).toBe(false);
  });

  it("is missed when the whole writer was taken out and the rest renumbered", () => {
    const { second, head } = witnessed(10);

    const { intact, holes, vanished } = verify(stored(second));

    expect({ intact, holes }).toEqual({ intact: false, holes: 0 });
    expect(vanished).toEqual([head]);
  });

  it("is missed when the end of an open chain was cut off and the rest renumbered", () => {
    const { first, second } = witnessed(18, { closed: false });

    const { intact, holes, writers } = verify(stored([...first.slice(0, 15), ...second]));

    expect({ intact, holes }).toEqual({ intact: false, holes: 0 });
    expect(writers[0]).toMatchObject({ missing: 4, gaps: [{ first: 15, last: 18 }] });
  });

  it("leaves no gap before it unsaid, though the writer was killed", () => {
    const { second, first } = witnessed(18, { closed: false });
    const gone = first.filter(({ sequence }) => sequence !== 17);

    expect(verify(stored([...gone, ...second])).writers[0]).toMatchObject({
      missing: 1,
      missingAtEnd: 0,
      gaps: [{ first: 17, last: 17 }],
    });
  });

  it("is not hidden by an older head that is put in again", () => {
    const { first, second } = witnessed(18, { closed: false });
    const older = witnessed(5).second;
    const replayed = [...stored([...first.slice(0, 15), ...second]), ...stored(older, 19)];

    expect(verify(replayed)).toMatchObject({ intact: false });
    const again = stored([...first.slice(0, 15), ...first.slice(3, 4)]);
    expect(verify(again).writers[0]).toMatchObject({ altered: 1 });
  });

  it("contradicts what is stored when the key has signed two contents", () => {
    const { first, head } = witnessed(10);
    const chain = new AuditChain({
      ...{ kind: "auth", name: "auth-2", signer: testSigners.auth, clock: () => startMs },
    });
    const other = testSigners.auth.sign({ ...head, digest: "0".repeat(64) });
    const second = [
      chain.link(chain.opening(), undefined),
      chain.link(chain.heads([other]), undefined),
    ];

    expect(verify(stored([...first, ...second]))).toMatchObject({
      intact: false,
      writers: [{ contradicted: 1, contradictedSequences: [{ first: 10, last: 10 }] }, {}],
    });
  });

  it("is believed only with the writer's signature", () => {
    const { second, head } = witnessed(10);
    const chain = new AuditChain({
      ...{ kind: "auth", name: "auth-3", signer: testSigners.auth, clock: () => startMs },
    });
    const made = { ...head, sequence: 19 };
    const third = [
      chain.link(chain.opening(), undefined),
      chain.link(chain.heads([made]), undefined),
    ];

    expect(verify(stored([...second, ...third]))).toMatchObject({ unbelieved: 1 });
  });

  it("says nothing of what retention took", () => {
    const { first, second } = witnessed(10);
    const later = (record: StoredRecord) => ({
      ...record,
      storedAt: record.storedAt + 3_600_000,
    });

    expect(
      verify(
        stored([...first, ...second])
          .slice(first.length)
          .map(later),
      ).intact,
    ).toBe(true);
  });
});

describe("an anchor from an earlier check", () => {
  const anchored = (records: readonly AuditRecord[], kept: number) => {
    const verifier = new AuditVerifier(testKeys);
    const head = verify(stored(records)).writers[0]?.head;
    if (!head) throw new Error("no head");
    for (const record of stored(records.slice(0, kept))) verifier.add(record);
    verifier.anchor(head);
    return verifier.report();
  };

  it("shows that all writers were cut off at once", () => {
    const records = chainedRecords({ logins: 9, closed: false });

    expect(anchored(records, 10)).toMatchObject({ intact: true });
    expect(anchored(records, 7).writers[0]).toMatchObject({ gaps: [{ first: 7, last: 9 }] });
    expect(anchored(records, 0)).toMatchObject({ intact: false, vanished: [{ sequence: 9 }] });
  });
});

it("chains of a time without keys count as unsigned, and later ones as forged", () => {
  const unsigned = numbered(stored(chainedRecords({ logins: 3 }))).map((record) => ({
    ...record,
    signature: undefined,
  }));
  const ring = (ms: number) =>
    new AuditKeyRing({ ...testKeyFile, unsignedBefore: new Date(ms).toISOString() });

  expect(verify(unsigned, ring(startMs + 1))).toMatchObject({
    intact: true,
    writers: [{ unsigned: 5, forged: 0 }],
  });
  expect(verify(unsigned, ring(startMs))).toMatchObject({
    intact: false,
    writers: [{ forged: 5, forgedSequences: [{ first: 0, last: 4 }] }],
  });
});
