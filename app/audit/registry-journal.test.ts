import { describe, expect, it } from "vitest";
import { DeviceConflict } from "../registry/registry-errors.ts";
import { AuditUnavailable } from "./announced.ts";
import { AuditChain } from "./audit-chain.ts";
import { testSigners } from "./audit-keys.fixture.ts";
import { AuditOutbox } from "./audit-outbox.ts";
import { RegistryJournal } from "./registry-journal.ts";

const intent = { kind: "revoked", clientIds: ["pump-7"], actor: "olga" } as const;
const change = {
  kind: "revoked",
  clientId: "pump-7",
  version: 4,
  actor: "olga",
  nowMs: 9,
} as const;

/** A journal before a stream that stores at once, or never. */
function journalWith(options: { stores: boolean } = { stores: true }) {
  const told: { subject: string; event: Record<string, unknown> }[] = [];
  const outbox = new AuditOutbox({
    chain: new AuditChain({
      kind: "registry",
      name: "sentinel",
      signer: testSigners.console,
      clock: () => 5,
    }),
    store: async ({ subject, body }) => {
      told.push({ subject, event: JSON.parse(Buffer.from(body).toString()) });
      if (!options.stores) await new Promise(() => {});
    },
    limit: 100,
    oldestMs: 5_000,
    inFlight: 100,
    clock: () => 5,
  });
  const journal = new RegistryJournal({ outbox, clock: () => 5, announceMs: 30 });
  const changes = () => told.filter(({ subject }) => subject.startsWith("audit.registry."));
  const statuses = () => changes().map(({ event }) => event["status"]);
  return { journal, told, changes, statuses };
}

describe("a change", () => {
  it("is announced, then made, then told, under one id, as OCSF Entity Management", async () => {
    const { journal, changes, statuses } = journalWith();

    const result = await journal.change(intent, async (done) => {
      expect(statuses()).toEqual(["Requested"]);
      done(change);
      return "result";
    });

    expect(result).toBe("result");
    expect(statuses()).toEqual(["Requested", "Success"]);
    const [announced, made] = changes();
    expect(made).toMatchObject({
      subject: "audit.registry.pump-7",
      event: {
        class_uid: 3004,
        type_uid: 300409,
        time: 9,
        actor: { user: { name: "olga" } },
        entity: { type_id: 1, uid: "pump-7", version: "4" },
        unmapped: { change: "revoked" },
      },
    });
    const operation = (announced?.event["metadata"] as { correlation_uid: string }).correlation_uid;
    expect(made?.event["metadata"]).toMatchObject({ correlation_uid: operation });
  });

  it("of many devices is one announcement and a record a device", async () => {
    const { journal, changes, statuses } = journalWith();
    const clientIds = ["a", "b", "c"];

    await journal.change({ ...intent, kind: "created", clientIds }, async (done) => {
      for (const clientId of ["a", "c"]) done({ ...change, kind: "created", clientId });
    });

    expect(statuses()).toEqual(["Requested", "Success", "Success", "Failure"]);
    expect(changes()[0]).toMatchObject({
      subject: "audit.registry._",
      event: { entity: { name: "3 devices", data: { uids: clientIds } } },
    });
    expect(changes()[3]).toMatchObject({
      subject: "audit.registry.b",
      event: { status_detail: "not-changed", entity: { uid: "b" } },
    });
  });

  it("that the registry refuses is told as not made, and the refusal passed on", async () => {
    const { journal, changes } = journalWith();
    const conflict = new DeviceConflict("exists", "pump-7");

    await expect(journal.change(intent, () => Promise.reject(conflict))).rejects.toBe(conflict);

    expect(changes()[1]?.event).toMatchObject({ status: "Failure", status_detail: "exists" });
  });

  it("that may or may not have been made is told as that", async () => {
    const { journal, changes } = journalWith();
    const timeout = new Error("no answer");

    await expect(journal.change(intent, () => Promise.reject(timeout))).rejects.toBe(timeout);

    expect(changes()[1]?.event).toMatchObject({ status: "Unknown", status_detail: "Error" });
  });

  it("is not made when its announcement is not stored, and that is told after it", async () => {
    const { journal, statuses } = journalWith({ stores: false });
    const written: string[] = [];
    const write = async () => {
      written.push("written");
    };

    await expect(journal.change(intent, write)).rejects.toThrow(AuditUnavailable);

    expect(written).toEqual([]);
    expect(statuses()).toEqual(["Requested", "Failure"]);
  });
});

it("writes nothing, not even a beginning, while nothing is changed", async () => {
  const { journal, told } = journalWith();
  expect(told).toEqual([]);

  await journal.change(intent, async (done) => done(change));

  expect(told[0]?.subject).toMatch(/^audit\.chain\.registry\.sentinel-/);
});
