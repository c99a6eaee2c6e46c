import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Journal, type JournalOptions } from "./journal.ts";

let directory: string;
const opened: Journal[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-journal-"));
});
afterEach(async () => {
  for (const journal of opened.splice(0)) await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

const file = () => join(directory, "alerts.journal");

function openJournal(options: Partial<JournalOptions> = {}): Journal {
  const journal = new Journal({ directory, limitBytes: 256 * 1024, sync: "always", ...options });
  opened.push(journal);
  return journal;
}

async function reopened(journal: Journal): Promise<Journal> {
  opened.splice(opened.indexOf(journal), 1);
  await journal.close();
  return openJournal();
}

const alert = (id: string, payload = '{"alarm":"door open"}') => ({
  ...{ clientId: "pump-7", id },
  payload: Buffer.from(payload),
});
const idsIn = (journal: Journal) => [...journal.alerts].map(({ id }) => id);

it("has what was added and is not settled when it is opened again, byte for byte and in order", async () => {
  const journal = openJournal();
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
  await Promise.all([journal.add(alert("a")), journal.add({ ...alert("b"), payload: bytes })]);
  await journal.add(alert("c"));
  journal.settle(1);
  const again = await reopened(journal);
  expect(idsIn(again)).toEqual(["b", "c"]);
  expect(Buffer.compare([...again.alerts][0]?.payload ?? Buffer.alloc(0), bytes)).toBe(0);
  expect((await again.add(alert("d"))).number).toBe(4);
});

it("has an addition on disk when it resolves", async () => {
  await openJournal().add(alert("there"));
  expect(readFileSync(file(), "utf8")).toContain('"there"');
});

it.each([1, 9, 30])("takes a last line of which %i bytes were written for none", async (bytes) => {
  const journal = openJournal();
  await journal.add(alert("whole"));
  await journal.add(alert("torn"));
  await journal.close();
  const text = readFileSync(file(), "utf8");
  const lastLine = text.indexOf("\n") + 1;
  writeFileSync(file(), text.slice(0, lastLine + bytes));
  const again = await reopened(journal);
  expect(idsIn(again)).toEqual(["whole"]);
  expect(again.damagedLines).toBe(0);
  await again.add(alert("next"));
  expect(idsIn(await reopened(again))).toEqual(["whole", "next"]);
});

it("tells of a line in the middle that does not read, and keeps the others", async () => {
  const journal = openJournal();
  for (const id of ["a", "b", "c"]) await journal.add(alert(id));
  await journal.close();
  writeFileSync(file(), readFileSync(file(), "utf8").replace('"b"', '"B"'));
  const again = await reopened(journal);
  expect(idsIn(again)).toEqual(["a", "c"]);
  expect(again.damagedLines).toBe(1);
});

it("says that it is full, keeps nothing of that alert, and takes it when another is settled", async () => {
  const journal = openJournal({ limitBytes: 10_000 });
  const large = "x".repeat(3_000);
  const first = await journal.add(alert("a", large));
  await journal.add(alert("b", large));
  await expect(journal.add(alert("c", large))).rejects.toMatchObject({
    code: "journal-full",
    message: expect.stringMatching(/alerts\.journal holds \d+ of 10000 bytes .*publish again/),
  });
  journal.settle(first.number);
  await journal.add(alert("d", large));
  expect(idsIn(await reopened(journal))).toEqual(["b", "d"]);
});

it("stays small however many alerts pass through it", async () => {
  const journal = openJournal({ sync: "never" });
  const payload = "x".repeat(8_000);
  for (let n = 0; n < 600; n++) {
    journal.settle((await journal.add(alert(`${n}`, payload))).number);
  }
  const kept = await journal.add(alert("kept"));
  expect(kept.number).toBe(601);
  expect(idsIn(await reopened(journal))).toEqual(["kept"]);
  // 600 of them are six times that.
  expect(statSync(file()).size).toBeLessThan(1.1 * 1024 ** 2);
});

it("says so when the disk takes no more, and keeps what it had taken whole", async () => {
  // As a full disk does: a file may grow to 64 blocks, and what goes beyond fails.
  const program = `import { Journal } from ${JSON.stringify(join(import.meta.dirname, "journal.ts"))};
    const journal = new Journal({ directory: ${JSON.stringify(directory)}, limitBytes: 1e6, sync: "always" });
    for (let n = 0; n < 12; n++) {
      const alert = { clientId: "pump-7", id: String(n), payload: Buffer.alloc(n % 2 ? 50 : 9_000) };
      await journal.add(alert).then(() => console.log(n), (error) => console.log(error.code));
    }
    await journal.close();`;
  const limited = `trap "" XFSZ; ulimit -f 64; exec "$0" --input-type=module`;
  const said = execFileSync("sh", ["-c", limited, process.execPath], { input: program });
  const outcomes = said.toString().trim().split("\n");
  const kept = outcomes.filter((outcome) => outcome !== "journal-failed");
  expect(outcomes).toHaveLength(12);
  expect(kept.length).toBeLessThan(12);
  // What is small enough goes in behind what was not.
  expect(Number(kept.at(-1))).toBeGreaterThan(outcomes.indexOf("journal-failed"));
  const again = openJournal();
  expect(idsIn(again)).toEqual(kept);
  expect(again.damagedLines).toBe(0);
});

it("says what is wrong with a folder that cannot be one", () => {
  writeFileSync(join(directory, "file"), "");
  const inside = join(directory, "file", "journal");
  expect(() => openJournal({ directory: inside })).toThrow(/cannot make .*journal \(ENOTDIR\)/);
});

it("reads a file with something else at its end as one that was cut off there", async () => {
  const journal = openJournal();
  await journal.add(alert("a"));
  await journal.close();
  appendFileSync(file(), "\0\0\0\0\n\0\0");
  expect(idsIn(await reopened(journal))).toEqual(["a"]);
});
