import { describe, expect, it } from "vitest";
import type { AuditDraft } from "../../audit/audit-record.ts";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { calloutRequest } from "./callout.fixture.ts";
import type { Decision } from "./decide.ts";
import { DecisionRecorder } from "./decision-recorder.ts";
import { limitCodes, type RefusalCode, refuse } from "./refusal.ts";

const minute = 60_000;
const limits = {
  refusals: { atOnce: 100, perMinute: 5, perAddress: 3 },
  loginsPerHour: 4,
};

function recorderWith(outbox: { size?: number; blocked?: string } = {}) {
  const drafts: AuditDraft[] = [];
  const counts = { unrecorded: 0, counted: 0 };
  const state = { blocked: undefined as string | undefined, size: 0, ...outbox };
  const clock = { now: 1_000 };
  const recorder = new DecisionRecorder({
    outbox: {
      offer: (draft) => state.blocked === undefined && drafts.push(draft) > 0,
      take: (draft) => drafts.push(draft),
      noteUnrecorded: () => counts.unrecorded++,
      get blocked() {
        return state.blocked;
      },
      get size() {
        return state.size;
      },
    },
    limits,
    refusalRecords: 50,
    clock: () => clock.now,
    onCounted: () => counts.counted++,
  });
  const note = (
    decision: Decision,
    { address = "203.0.113.9", clientId = "pump-7", known = true } = {},
  ) => recorder.record(calloutRequest({ address, clientId }), decision, known);
  const told = () =>
    drafts.map(({ event }) => {
      const { status_detail: code = "ok", count } = event as Record<string, unknown>;
      return count === undefined ? code : `${count} ${code}`;
    });
  /** Decisions that the audit accounts for. */
  const sum = () => drafts.reduce((total, { event }) => total + Number(event["count"] ?? 1), 0);
  return { recorder, note, told, sum, drafts, counts, state, clock };
}
const admit: Decision = {
  outcome: "admit",
  record: deviceWith("pump-7", "secret"),
  proof: "00000000",
};

describe("the audit", () => {
  it("has a record of each admission and of each of the first wrong credentials", () => {
    const { note, told } = recorderWith();
    const codes: RefusalCode[] = ["bad-secret", "bad-secret", "inactive"];
    for (const code of codes) expect(note(refuse(code)).single).toBe(true);
    note(admit);
    note(admit);

    expect(told()).toEqual([...codes, "ok", "ok"]);
  });

  it.each([...limitCodes])("has one of the first that is %s, and a count of the others", (code) => {
    const { recorder, note, told, drafts, counts, clock } = recorderWith();
    expect(note(refuse(code)).single).toBe(true);
    clock.now = 2_000;
    for (let i = 0; i < 99; i++) expect(note(refuse(code)).single).toBe(false);
    note(refuse(code), { address: "198.51.100.7" });
    expect(told()).toEqual([code, code]);

    clock.now = 11_000;
    recorder.flush();
    expect(told().at(-1)).toBe(`99 ${code}`);
    expect(drafts.at(-1)?.event).toMatchObject({
      src_endpoint: { ip: "203.0.113.9" },
      start_time: 2_000,
      end_time: 11_000,
    });
    expect(counts.counted).toBe(99);

    recorder.flush();
    expect(drafts).toHaveLength(3);
    clock.now += minute;
    expect(note(refuse(code)).single).toBe(true);
  });

  it("keeps half of its outbox for admissions: refusals are counted by code and address then", () => {
    const { recorder, note, told, state } = recorderWith({ size: 50 });
    for (let i = 0; i < 10; i++) note(refuse("unknown-client"));
    for (let i = 0; i < 5; i++) note(refuse("bad-secret"), { address: "198.51.100.7" });
    expect(note(admit)).toEqual({ decision: admit, single: true });
    expect(told()).toEqual(["ok"]);

    state.size = 10;
    recorder.flush();
    expect(told()).toEqual(["ok", "10 unknown-client", "5 bad-secret"]);
  });
});

describe("strangers from many addresses", () => {
  const stranger = (i: number) => ({
    ...{ address: `10.0.${(i % 120) >> 4}.${i % 16}`, clientId: `made-up-${i}`, known: false },
  });

  it("make a few records in full, and counts that add up", () => {
    const { recorder, note, sum, drafts } = recorderWith();
    for (let i = 0; i < 10_000; i++) note(refuse("unknown-client"), stranger(i));
    expect(drafts).toHaveLength(50);
    recorder.flush();

    expect(sum()).toBe(10_000);
    expect(drafts).toHaveLength(50 + 21);
    const lump = drafts.at(-1)?.event;
    expect(lump).not.toHaveProperty("src_endpoint");
    expect(lump).toMatchObject({ user: { name: "_" }, status_detail: "unknown-client" });
  });

  it("add no more than the refill, however long they go on, and are all counted", () => {
    const { recorder, note, sum, drafts, clock } = recorderWith();
    const codes: RefusalCode[] = ["unknown-client", "user-mismatch", "rate-limited", "locked-out"];
    let asked = 0;
    for (let second = 0; second < 7_200; second += 10) {
      for (const code of codes) for (let i = 0; i < 30; i++) note(refuse(code), stranger(asked++));
      clock.now += 10_000;
      recorder.flush();
    }
    const room = limits.refusals.atOnce + limits.refusals.perMinute * 120;
    expect(drafts.length).toBeLessThanOrEqual(room);

    recorder.flush({ last: true });
    expect(sum()).toBe(asked);
    expect(drafts.length).toBeLessThanOrEqual(room + codes.length + 20);
  });

  it("leave the records of known devices alone", () => {
    const { note, told } = recorderWith();
    for (let i = 0; i < 1_000; i++) note(refuse("unknown-client"), stranger(i));
    const before = told().length;

    expect(note(refuse("bad-secret"), { address: "198.51.100.7" }).single).toBe(true);
    expect(told().slice(before)).toEqual(["bad-secret"]);
  });
});

describe("a device that logs in again and again", () => {
  it("has its first logins of an hour in full, then counts under its name", () => {
    const { recorder, note, told, sum, drafts, clock } = recorderWith();
    for (let i = 0; i < 1_000; i++) expect(note(admit).decision).toBe(admit);
    recorder.flush();
    expect(told()).toEqual(["ok", "ok", "ok", "ok"]);

    clock.now += 10 * minute;
    recorder.flush();

    expect(told().slice(4)).toEqual(["996 ok"]);
    expect(sum()).toBe(1_000);
    expect(drafts.at(-1)).toMatchObject({
      subject: "audit.auth.pump-7",
      event: { status: "Success", user: { uid: "pump-7" }, start_time: 1_000 },
    });
    clock.now += 60 * minute;
    expect(note(admit).single).toBe(true);
  });

  it("is in full again from another address, and other devices are not touched", () => {
    const { note, told } = recorderWith();
    for (let i = 0; i < 100; i++) note(admit);
    note(admit, { address: "198.51.100.7" });
    note(admit, { clientId: "pump-8" });

    expect(told()).toHaveLength(6);
  });
});

describe("while nothing can be recorded", () => {
  it("nobody is admitted, and refusals are counted", () => {
    const { note, drafts, counts } = recorderWith({ blocked: "full" });

    expect(note(admit).decision).toEqual(refuse("audit-unavailable"));
    expect(note(refuse("bad-secret")).decision).toEqual(refuse("bad-secret"));
    expect(drafts).toEqual([]);
    expect(counts).toEqual({ unrecorded: 2, counted: 2 });
  });

  it("counts wait until something can, and at the end they do not", () => {
    const { recorder, note, told, state } = recorderWith({ size: 50 });
    note(refuse("bad-secret"));
    state.blocked = "full";
    recorder.flush();
    expect(told()).toEqual([]);
    recorder.flush({ last: true });

    expect(told()).toEqual(["1 bad-secret"]);
  });
});
