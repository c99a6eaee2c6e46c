import { expect, it } from "vitest";
import type { ToldChange } from "./change-message.ts";
import { noJournal, type RegistryChange } from "./registry-change.ts";
import { TellingJournal } from "./telling-journal.ts";

const intent = { kind: "revoked", clientIds: ["a", "b"], actor: "operator-1" } as const;
const change = (clientId: string, kind: RegistryChange["kind"] = "revoked"): RegistryChange => ({
  ...{ clientId, kind, version: 2, actor: "operator-1", nowMs: 1 },
});
const never = (_: ToldChange, signal: AbortSignal) =>
  new Promise<void>((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });

it("tells of what the table has taken", async () => {
  const told: ToldChange[] = [];
  const tell = async (each: ToldChange) => void told.push(each);
  const journal = new TellingJournal({ journal: noJournal, tell, patienceMs: 10_000 });
  const result = await journal.change(intent, async (done) => {
    done(change("a"));
    done(change("new", "created"));
    return "result";
  });

  expect(result).toBe("result");
  expect(told).toEqual([
    { clientId: "a", kind: "revoked", version: 2 },
    { clientId: "new", kind: "created", version: 2 },
  ]);
  expect(await journal.drain(10_000)).toBe(0);
});

it("tells of what was written before a failure, too", async () => {
  const told: string[] = [];
  const tell = async ({ clientId }: ToldChange) => void told.push(clientId);
  const journal = new TellingJournal({ journal: noJournal, tell, patienceMs: 10_000 });
  const failing = journal.change(intent, async (done) => {
    done(change("a"));
    throw new Error("the table is gone");
  });

  await expect(failing).rejects.toThrow("the table is gone");
  expect(told).toEqual(["a"]);
});

it("keeps nobody waiting for a region that cannot be told, and says how many are left", async () => {
  const journal = new TellingJournal({ journal: noJournal, tell: never, patienceMs: 1 });
  await journal.change(intent, async (done) => {
    done(change("a"));
    done(change("b"));
  });

  expect(await journal.drain(1)).toBe(2);
});

it("hands on what the journal before it says", async () => {
  const refused = { change: () => Promise.reject(new Error("AUDIT cannot be written")) };
  const journal = new TellingJournal({ journal: refused, tell: never, patienceMs: 10_000 });

  await expect(journal.change(intent, async () => {})).rejects.toThrow("AUDIT cannot be written");
});
