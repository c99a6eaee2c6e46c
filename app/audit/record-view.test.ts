import { describe, expect, it } from "vitest";
import { canonicalJson } from "../shared/canonical-json.ts";
import { hostileTexts, isHarmless } from "../shared/hostile-texts.fixture.ts";
import { auditRecord } from "./authentication-event.ts";
import { exceptionEvent } from "./exception-event.ts";
import { recordView } from "./record-view.ts";
import { changeEvent, intentEvent } from "./registry-event.ts";

const at = Date.UTC(2026, 0, 2, 3, 4, 5);
const stored = (subject: string, body: string) =>
  recordView({ sequence: 7, storedAt: at + 1, subject, body });

describe("what a record says", () => {
  it("of a login: which device, from where, and how it ended", () => {
    const request = {
      ...{ clientId: "pump-7", userName: "pump-7", address: "192.0.2.1" },
      ...{ serverName: "edge-0", serverId: "S", transport: "mqtt" },
    };
    const decision = { request, code: "bad-secret", known: true, nowMs: at };
    const { subject, event } = auditRecord(decision);

    expect(stored(subject, canonicalJson(event))).toEqual({
      ...{ sequence: 7, time: "2026-01-02T03:04:05.000Z", kind: "auth" },
      ...{ who: "pump-7", device: "pump-7", what: "Logon", outcome: "Failure" },
      detail: "bad-secret",
    });
  });

  it("of a change: who made it, of which device", () => {
    const change = {
      ...{ kind: "suspended", clientId: "pump-7", actor: "api:eve", version: 2, nowMs: at },
      digest: undefined,
    } as const;
    const { subject, event } = changeEvent(change as never, "operation");

    expect(stored(subject, canonicalJson(event))).toMatchObject({
      ...{ kind: "registry", who: "api:eve", device: "pump-7" },
      ...{ what: "suspended", outcome: "Success" },
    });
  });

  it("of a change of several devices, or of something else: what it is about, which is no device", () => {
    const told = { operation: "operation", status: "done", nowMs: at } as const;
    const intent = { kind: "revoked", clientIds: ["a", "b"], actor: "eve" } as const;
    const several = intentEvent(intent, told);
    const view = stored(several.subject, canonicalJson(several.event));
    expect(view).toMatchObject({ about: "2 devices" });
    expect(view).not.toHaveProperty("device");

    const ended = exceptionEvent({ kind: "end", id: "687a24d8", actor: "eve" }, told);
    const other = stored(ended.subject, canonicalJson(ended.event));
    expect(other).toMatchObject({ what: "exception-ended", about: "687a24d8" });
    expect(other).not.toHaveProperty("device");
  });

  it.each([
    ["not JSON"],
    ["[]"],
    ["null"],
    ['{"b":1,"a":2}'],
    ['{"time":1e300}'],
  ])("of what no writer of ours wrote is that it is none: %s", (body) => {
    const { kind, what, time } = stored("audit.other._", body);
    expect([kind, typeof what]).toEqual(["other", "string"]);
    expect(time).toBe("2026-01-02T03:04:05.001Z");
  });

  it("is harmless, whatever strangers wrote", () => {
    for (const text of hostileTexts.map((each) => each.toWellFormed())) {
      const event = { actor: { user: { name: text } }, activity_name: text, status: text };
      const view = stored("audit.auth._", canonicalJson({ ...event, status_detail: text }));
      expect([text, isHarmless(Object.values(view).join(""))]).toEqual([text, true]);
    }
  });
});
