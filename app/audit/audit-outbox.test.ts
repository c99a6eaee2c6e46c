import { describe, expect, it } from "vitest";
import { calloutRequest } from "../auth/callout/callout.fixture.ts";
import { AuditChain } from "./audit-chain.ts";
import { testSigners } from "./audit-keys.fixture.ts";
import { AuditOutbox } from "./audit-outbox.ts";
import type { AuditRecord } from "./audit-record.ts";
import { auditRecord } from "./authentication-event.ts";
import { linkOf } from "./chain-link.ts";

const newRecord = () =>
  auditRecord({ request: calloutRequest(), code: undefined, known: true, nowMs: 0 });

/** An outbox before a stream that stores when told to, and a clock that stands still. */
function outboxWith(limits: { limit: number; inFlight: number }) {
  const open: { record: AuditRecord; stored: () => void }[] = [];
  const clock = { now: 0 };
  const outbox = new AuditOutbox({
    ...limits,
    chain: new AuditChain({
      kind: "auth",
      name: "auth-1",
      signer: testSigners.auth,
      clock: () => clock.now,
    }),
    oldestMs: 5_000,
    clock: () => clock.now,
    store: (record, signal) =>
      new Promise((resolve, reject) => {
        open.push({ record, stored: resolve });
        signal.addEventListener("abort", () => reject(signal.reason));
      }),
  });
  const store = async () => {
    open.shift()?.stored();
    await new Promise((resolve) => setImmediate(resolve));
  };
  const openIds = () => open.map(({ record }) => record.id);
  return { outbox, open, openIds, clock, store };
}
const eventOf = (record: AuditRecord | undefined) =>
  JSON.parse(Buffer.from(record?.body ?? []).toString());

describe("the outbox", () => {
  it("sends in order, so many at a time", async () => {
    const { outbox, openIds, store } = outboxWith({ limit: 10, inFlight: 2 });
    const records = [newRecord(), newRecord(), newRecord()];
    const ids = records.map((record) => record.id);

    for (const record of records) expect(outbox.offer(record)).toBe(true);
    expect(openIds()).toEqual(ids.slice(0, 2));

    await store();
    expect(openIds()).toEqual(ids.slice(1));
    expect(outbox.size).toBe(2);
  });

  it("is blocked when full, and takes records again when one is stored", async () => {
    const { outbox, store } = outboxWith({ limit: 2, inFlight: 1 });
    expect(outbox.offer(newRecord())).toBe(true);
    expect(outbox.offer(newRecord())).toBe(true);

    expect(outbox.blocked).toContain("2 audit records wait");
    expect(outbox.offer(newRecord())).toBe(false);

    await store();
    expect(outbox.blocked).toBeUndefined();
    expect(outbox.offer(newRecord())).toBe(true);
  });

  it("is blocked when the oldest record waits too long, and not by younger ones", async () => {
    const { outbox, clock, store } = outboxWith({ limit: 10, inFlight: 1 });
    outbox.offer(newRecord());
    clock.now = 4_000;
    outbox.offer(newRecord());
    clock.now = 5_001;
    expect(outbox.blocked).toContain("5001 ms");
    expect(outbox.offer(newRecord())).toBe(false);

    await store();
    expect(outbox.blocked).toBeUndefined();
  });

  it("records refusals of the blocked time as one count afterwards", async () => {
    const { outbox, open, clock, store } = outboxWith({ limit: 1, inFlight: 1 });
    outbox.offer(newRecord());
    clock.now = 1_000;
    for (let i = 0; i < 3; i++) outbox.noteUnrecorded();
    clock.now = 2_000;
    await store();

    expect(eventOf(open[0]?.record)).toMatchObject({
      count: 3,
      start_time: 1_000,
      end_time: 2_000,
    });
    await store();
    expect(outbox.size).toBe(0);
  });

  it("drains when all is stored", async () => {
    const { outbox, store } = outboxWith({ limit: 10, inFlight: 1 });
    outbox.offer(newRecord());
    const drained = outbox.drain(10_000);
    await store();

    expect(await drained).toEqual([]);
  });

  it("hands back what could not be stored in time, a count included", async () => {
    const { outbox } = outboxWith({ limit: 1, inFlight: 1 });
    const record = newRecord();
    outbox.offer(record);
    outbox.noteUnrecorded();

    const left = await outbox.drain(20);

    expect(left).toHaveLength(2);
    expect(left[0]?.id).toBe(record.id);
  });

  it("takes what has happened already even when it is blocked", async () => {
    const { outbox } = outboxWith({ limit: 1, inFlight: 1 });
    outbox.offer(newRecord());

    outbox.take(newRecord());

    expect(outbox.size).toBe(2);
  });

  it("knows when one record is stored, and when it is not in time", async () => {
    const { outbox, store } = outboxWith({ limit: 10, inFlight: 1 });
    const [first, second] = [newRecord(), newRecord()];
    outbox.offer(first);
    outbox.offer(second);
    const stored = outbox.stored(first.id, 10_000);
    await store();

    expect(await stored).toBe(true);
    expect(await outbox.stored(second.id, 20)).toBe(false);
  });
});

describe("the chain in an outbox", () => {
  it("is linked as records are taken, and says below which number all are stored", async () => {
    const { outbox, open, store } = outboxWith({ limit: 10, inFlight: 10 });
    outbox.begin();
    outbox.begin();
    outbox.offer(newRecord());
    const taken = open.map(({ record }) => record);
    await store();
    outbox.offer(newRecord());

    expect(taken.map(eventOf)[0]).toMatchObject({ class_uid: 6002, activity_name: "Start" });
    const links = [...taken, open[1]?.record].map((record) => linkOf(eventOf(record)));
    expect(links).toMatchObject([
      { sequence: 0, settled: 0 },
      { sequence: 1, settled: 0 },
      { sequence: 2, settled: 1 },
    ]);
    expect(new Set(links.map((link) => link?.writer)).size).toBe(1);
  });

  it("is closed by a drain when nothing is missing, and takes nothing afterwards", async () => {
    const { outbox, open, store } = outboxWith({ limit: 10, inFlight: 10 });
    outbox.begin();
    await store();
    const drained = outbox.drain(10_000);
    await expect.poll(() => eventOf(open[0]?.record).activity_name).toBe("Stop");
    await store();

    expect(await drained).toEqual([]);
    expect(outbox.blocked).toContain("ended");
    expect(outbox.offer(newRecord())).toBe(false);
  });

  it("stays open when a record could not be stored", async () => {
    const { outbox } = outboxWith({ limit: 10, inFlight: 10 });
    outbox.begin();
    outbox.offer(newRecord());

    const left = await outbox.drain(20);

    expect(left.map((record) => eventOf(record).activity_name)).toEqual(["Start", "Logon"]);
  });
});
