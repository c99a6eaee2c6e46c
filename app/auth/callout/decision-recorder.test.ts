import { describe, expect, it } from "vitest";
import type { AuditDraft } from "../../audit/audit-record.ts";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { calloutRequest } from "./callout.fixture.ts";
import type { Decision } from "./decide.ts";
import { DecisionRecorder } from "./decision-recorder.ts";
import { type RefusalCode, refuse } from "./refusal.ts";

function recorderWith(outbox: { size?: number; blocked?: string } = {}) {
  const drafts: AuditDraft[] = [];
  const counts = { unrecorded: 0, counted: 0 };
  const state = { blocked: undefined as string | undefined, size: 0, ...outbox };
  const clock = { now: 1_000 };
  const recorder = new DecisionRecorder({
    outbox: {
      offer: (draft) => state.blocked === undefined && drafts.push(draft) > 0,
      noteUnrecorded: () => counts.unrecorded++,
      get blocked() {
        return state.blocked;
      },
      get size() {
        return state.size;
      },
    },
    refusalRecords: 50,
    clock: () => clock.now,
    onCounted: () => counts.counted++,
  });
  const note = (decision: Decision, address = "203.0.113.9") =>
    recorder.record(calloutRequest({ address }), decision, true);
  const told = () =>
    drafts.map(({ event }) => {
      const { status_detail: code = "ok", count } = event as Record<string, unknown>;
      return count === undefined ? code : `${count} ${code}`;
    });
  return { recorder, note, told, drafts, counts, state, clock };
}
const admit: Decision = {
  outcome: "admit",
  record: deviceWith("pump-7", "secret"),
  proof: "00000000",
};
const limited = ["rate-limited", "locked-out", "overloaded", "request-expired"] as const;

describe("the audit", () => {
  it("has a record of each admission and of each wrong credential", () => {
    const { note, told } = recorderWith();
    const codes: RefusalCode[] = ["bad-secret", "bad-secret", "unknown-client", "inactive"];
    for (const code of codes) expect(note(refuse(code)).single).toBe(true);
    note(admit);
    note(admit);

    expect(told()).toEqual([...codes, "ok", "ok"]);
  });

  it.each(limited)("has one of the first that is %s, and a count of the others", (code) => {
    const { recorder, note, told, drafts, counts, clock } = recorderWith();
    expect(note(refuse(code)).single).toBe(true);
    clock.now = 2_000;
    for (let i = 0; i < 99; i++) expect(note(refuse(code)).single).toBe(false);
    note(refuse(code), "198.51.100.7");
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
    recorder.flush();
    expect(drafts).toHaveLength(3);
    expect(note(refuse(code)).single).toBe(true);
  });

  it("keeps half of its outbox for admissions: refusals are counted by code and address then", () => {
    const { recorder, note, told, state } = recorderWith({ size: 50 });
    for (let i = 0; i < 10; i++) note(refuse("unknown-client"));
    for (let i = 0; i < 5; i++) note(refuse("bad-secret"), "198.51.100.7");
    expect(note(admit)).toEqual({ decision: admit, single: true });
    expect(told()).toEqual(["ok"]);

    state.size = 10;
    recorder.flush();
    expect(told()).toEqual(["ok", "10 unknown-client", "5 bad-secret"]);
  });

  it("has few counts, however many addresses there are, and none under a wrong address", () => {
    const { recorder, note, drafts } = recorderWith({ size: 50 });
    for (let i = 0; i < 5_000; i++) note(refuse("unknown-client"), `10.0.${i >> 8}.${i & 255}`);
    recorder.flush();

    expect(drafts).toHaveLength(1_001);
    const sum = drafts.reduce((total, { event }) => total + Number(event["count"]), 0);
    expect(sum).toBe(5_000);
    const lump = drafts.find(({ event }) => event["count"] === 4_000);
    expect(lump?.event).not.toHaveProperty("src_endpoint");
    expect(lump?.event).toMatchObject({ user: { name: "_" }, status_detail: "unknown-client" });
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

  it("counts wait until something can", () => {
    const { recorder, note, told, state } = recorderWith({ size: 50 });
    note(refuse("bad-secret"));
    state.blocked = "full";
    recorder.flush();
    state.blocked = undefined;
    recorder.flush();

    expect(told()).toEqual(["1 bad-secret"]);
  });
});
