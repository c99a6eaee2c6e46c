import { describe, expect, it } from "vitest";
import { AuditOutbox } from "./audit-outbox.ts";
import { type AuditRecord, auditRecord } from "./audit-record.ts";
import { calloutRequest } from "./callout.fixture.ts";

const newRecord = () =>
  auditRecord({ request: calloutRequest(), code: undefined, known: true, nowMs: 0 });

/** An outbox before a stream that stores when told to, and a clock that stands still. */
function outboxWith(limits: { limit: number; inFlight: number }) {
  const open: { record: AuditRecord; stored: () => void }[] = [];
  const clock = { now: 0 };
  const outbox = new AuditOutbox({
    ...limits,
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
  return { outbox, open, clock, store };
}

describe("the outbox", () => {
  it("sends in order, so many at a time", async () => {
    const { outbox, open, store } = outboxWith({ limit: 10, inFlight: 2 });
    const records = [newRecord(), newRecord(), newRecord()];

    for (const record of records) expect(outbox.offer(record)).toBe(true);
    expect(open.map((each) => each.record)).toEqual(records.slice(0, 2));

    await store();
    expect(open.map((each) => each.record)).toEqual(records.slice(1));
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

    const summary = JSON.parse(Buffer.from(open[0]?.record.body ?? []).toString());
    expect(summary).toMatchObject({ count: 3, start_time: 1_000, end_time: 2_000 });
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
    expect(left[0]).toBe(record);
  });
});
