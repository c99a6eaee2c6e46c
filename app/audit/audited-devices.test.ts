import { describe, expect, it } from "vitest";
import { deviceWith } from "../registry/emulator.fixture.ts";
import { deviceDigest } from "../registry/record-digest.ts";
import { AuditChain } from "./audit-chain.ts";
import { newSigner, testKeys, testSigners } from "./audit-keys.fixture.ts";
import { AuditedDevices } from "./audited-devices.ts";
import { stored } from "./chain.fixture.ts";
import { compareDevice } from "./compare-device.ts";
import { changeEvent, intentEvent } from "./registry-event.ts";

const record = deviceWith("pump-7", "secret");
const by = { actor: "olga", nowMs: 9 } as const;
const digest = deviceDigest(record);
const change = { ...by, kind: "created", clientId: "pump-7", version: 1, digest } as const;
const intent = { ...by, kind: "created", clientIds: ["pump-7", "pump-8"] } as const;

/** What these events, in this order of storage, make of the table. */
function folded(
  events: readonly ReturnType<typeof changeEvent>[],
  { signer = testSigners.operator, order = (all: unknown[]) => all } = {},
) {
  const chain = new AuditChain({ kind: "registry", name: "sentinel", signer, clock: () => 5 });
  const records = events.map((event) => chain.link(event, undefined));
  const audited = new AuditedDevices(testKeys);
  for (const each of stored(order(records) as typeof records)) audited.add(each);
  return audited;
}

describe("the audited changes", () => {
  it("make the record that the table has", () => {
    const audited = folded([changeEvent(change, "op")]);

    expect(compareDevice(record, audited.get("pump-7"), Number.NEGATIVE_INFINITY)).toBeUndefined();
    expect([...audited.existing()]).toEqual(["pump-7"]);
  });

  it("count in the order in which their writer made them, also when they overtook one another", () => {
    const later = { ...change, kind: "suspended", version: 2, digest: "2".repeat(64) } as const;
    const events = [changeEvent(change, "1"), changeEvent(later, "2")];

    const audited = folded(events, { order: (all) => all.toReversed() });

    expect(audited.get("pump-7")).toMatchObject({ version: 2, deleted: false });
  });

  it("count with a signature of the region only", () => {
    const audited = folded([changeEvent(change, "op")], { signer: newSigner().signer });
    const wrongKind = folded([changeEvent(change, "op")], { signer: testSigners.auth });

    expect(audited.get("pump-7")).toBeUndefined();
    expect([audited.disbelieved, wrongKind.disbelieved]).toEqual([1, 1]);
  });

  it("that were announced and not told are open, those that were refused are not", () => {
    const announced = intentEvent(intent, { operation: "op", status: "requested", nowMs: 9 });
    const refused = intentEvent(
      { ...intent, clientIds: ["pump-8"] },
      { operation: "op", status: "refused", nowMs: 9 },
    );

    expect(folded([announced, refused]).unfinished()).toEqual(new Set(["pump-7"]));
    expect(folded([announced, refused, changeEvent(change, "op")]).unfinished().size).toBe(0);
  });
});

describe("a record", () => {
  const always = Number.NEGATIVE_INFINITY;
  const known = { deleted: false, version: record.version, digest };

  it("of the audited version with another content was changed, as far as its digest was kept", () => {
    const other = { ...record, labels: ["vip"] };

    expect(compareDevice(other, known, always)).toMatchObject({ kind: "changed" });
    expect(compareDevice(other, { ...known, digest: undefined }, always)).toBeUndefined();
    expect(compareDevice({ ...record, version: 5 }, known, always)?.text).toContain("version 5");
  });

  it("that is older than the audit is told apart, and taken for nothing less where the audit is whole", () => {
    expect(compareDevice(record, undefined, record.changedAt + 1)).toMatchObject({
      kind: "untold",
    });
    expect(compareDevice(record, undefined, always)).toMatchObject({ kind: "added" });
    expect(compareDevice(undefined, known, always)).toMatchObject({ kind: "deleted" });
    expect(compareDevice(undefined, { ...known, deleted: true }, always)).toBeUndefined();
  });
});
