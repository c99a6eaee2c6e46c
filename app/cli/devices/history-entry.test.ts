import { describe, expect, it } from "vitest";
import { historyEntry } from "./history-entry.ts";

const entryOf = (event: object, stream: "AUDIT" | "SECURITY_EVENTS" = "AUDIT") =>
  historyEntry(
    stream,
    { data: Buffer.from(JSON.stringify(event)), sequence: 7, storedAt: 1 },
    "pump-7",
  );
const login = { class_uid: 3002, activity_id: 1, time: 5, user: { uid: "pump-7" } };
const endpoints = { src_endpoint: { ip: "192.0.2.1" }, dst_endpoint: { name: "edge-1" } };

describe("an entry of a device's history", () => {
  it.each([
    [{ ...login, ...endpoints, status_id: 1 }, "login", "admitted from 192.0.2.1 at edge-1"],
    [
      { ...login, ...endpoints, status_id: 2, status_detail: "bad-secret" },
      "refusal",
      "bad-secret, from 192.0.2.1 at edge-1",
    ],
    [
      { ...login, activity_id: 2, status_detail: "messages", end_time: 60_000 },
      "kick",
      "cut off for too many messages, until 1970-01-01T00:01:00.000Z",
    ],
    [
      {
        ...{ class_uid: 3004, time: 5, status: "Success", unmapped: { change: "revoked" } },
        ...{ entity: { data: { uids: ["pump-6", "pump-7"] } }, actor: { user: { name: "eve" } } },
      },
      "registry",
      "revoked by eve: Success; its sessions are judged anew",
    ],
    [
      {
        ...{ class_uid: 7001, time: 5, status: "Success", message: "it is good" },
        actor: { user: { name: "eve" } },
        unmapped: {
          decision: "release",
          messages: [
            { sequence: 3, client_id: "pump-7" },
            { sequence: 4, client_id: "pump-8" },
          ],
        },
      },
      "quarantine",
      "release of message 3 by eve: Success (it is good)",
    ],
    [
      { ...login, activity_id: 2, status_code: "barred", end_time: 6, status_detail: "m1-1" },
      "kick",
      "barred from all regions until 1970-01-01T00:00:00.006Z, for m1-1",
    ],
    [
      {
        ...{ ...login, activity_id: 2, status_code: "bar-lifted", end_time: 6 },
        ...{ status_detail: "a drill", actor: { user: { name: "ann" } } },
      },
      "kick",
      "bar lifted by ann: a drill",
    ],
    [
      {
        ...{ class_uid: 2004, time: 5, severity_id: 4, action_id: 2 },
        finding_info: { title: "A loader", analytic: { uid: "loader" } },
      },
      "finding",
      "high, held: A loader [loader]",
    ],
  ])("tells of %j", (event, kind, what) => {
    expect(entryOf(event)).toEqual({ at: 5, kind, what, basis: "AUDIT 7" });
  });

  it("is none for what is about others, or is no record", () => {
    expect(entryOf({ ...login, status_id: 1, user: { uid: "pump-8" } })).toBeUndefined();
    expect(entryOf({ class_uid: 3004, entity: { uid: "pump-8" } })).toBeUndefined();
    expect(entryOf({ class_uid: 7001, unmapped: { messages: [] } })).toBeUndefined();
    expect(entryOf({ class_uid: 6002 })).toBeUndefined();
    const data = Buffer.from("no JSON");
    expect(historyEntry("AUDIT", { data, sequence: 1, storedAt: 1 }, "pump-7")).toBeUndefined();
  });
});
