import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { lockJournal } from "./journal-lock.ts";

let directory: string;
const started: ChildProcessWithoutNullStreams[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-lock-"));
});
afterEach(async () => {
  for (const process of started.splice(0)) await killed(process);
  rmSync(directory, { recursive: true, force: true });
});

function run(program: string): ChildProcessWithoutNullStreams {
  const text = `import { lockJournal } from ${JSON.stringify(join(import.meta.dirname, "journal-lock.ts"))};
    const directory = ${JSON.stringify(directory)};
    ${program}`;
  const process = spawn(globalThis.process.execPath, ["--input-type=module", "-e", text]);
  started.push(process);
  return process;
}

/** Keeps the lock until it is killed. */
const holding = `globalThis.lock = lockJournal(directory);
  console.log("held");
  setInterval(() => {}, 1_000);`;

/** Wants it every 10 ms, and says from when to when it had it, on the clock that all processes share. */
const contending = `process.stdin.once("data", async (startMs) => {
    const held = [];
    for (let round = 0; round < 150; round++) {
      while (Date.now() < Number(startMs) + round * 10) {}
      try {
        const lock = lockJournal(directory);
        const from = process.hrtime.bigint();
        await new Promise((resolve) => setTimeout(resolve, 3));
        held.push([from, process.hrtime.bigint()].map(String));
        lock.release();
      } catch (error) {
        if (error.code !== "journal-in-use") throw error;
      }
    }
    console.log(JSON.stringify(held));
  });
  console.log("ready");`;

async function said(process: ChildProcessWithoutNullStreams): Promise<string> {
  const [text] = await once(process.stdout, "data");
  return String(text).trim();
}

async function killed(process: ChildProcessWithoutNullStreams): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const exit = once(process, "exit");
  process.kill("SIGKILL");
  await exit;
}

const inUse = expect.objectContaining({ code: "journal-in-use" });

it("is held by one at a time, also within one process", () => {
  const lock = lockJournal(directory);
  expect(() => lockJournal(directory)).toThrow(inUse);
  // One that was refused takes nothing away from who holds it.
  expect(() => lockJournal(directory)).toThrow(
    `${directory} is in use by another publisher; give each a folder of its own`,
  );
  lock.release();
  lock.release();
  lockJournal(directory).release();
});

it("is held against a process that has the same id, as each has in its container", async () => {
  const sameId = `Object.defineProperty(process, "pid", { value: ${process.pid} });`;
  expect(await said(run(sameId + holding))).toBe("held");
  expect(() => lockJournal(directory)).toThrow(inUse);
});

it("is free as soon as its holder was killed", async () => {
  const holder = run(holding);
  expect(await said(holder)).toBe("held");
  expect(() => lockJournal(directory)).toThrow(inUse);
  await killed(holder);
  lockJournal(directory).release();
});

it("is never held by two, however often they want it at the same time", async () => {
  const rivals = Array.from({ length: 3 }, () => run(contending));
  await Promise.all(rivals.map(said));
  const ends = rivals.map(said);
  const startMs = Date.now() + 50;
  for (const rival of rivals) rival.stdin.write(`${startMs}\n`);
  const spans = (await Promise.all(ends)).flatMap((text): [string, string][] => JSON.parse(text));
  const byStart = spans
    .map(([from, to]) => ({ from: BigInt(from), to: BigInt(to) }))
    .sort((a, b) => Number(a.from - b.from));
  expect(byStart.length).toBeGreaterThan(30);
  const shared = byStart.filter(({ from }, n) => n > 0 && from < (byStart[n - 1]?.to ?? 0n));
  expect(shared).toEqual([]);
});

it("says when a folder cannot be locked for another reason", () => {
  writeFileSync(
    join(directory, "writer.lock"),
    "no database, and longer than the header of one".repeat(20),
  );
  expect(() => lockJournal(directory)).toThrow(expect.objectContaining({ code: "journal-failed" }));
  expect(() => lockJournal(join(directory, "absent"))).toThrow(/cannot lock .*absent/);
});
