/** What becomes of a journal whose file cannot be made smaller: on a disk that fails when it is told to. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import type * as files from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Journal } from "./journal.ts";

const disk = vi.hoisted(() => ({
  full: false,
  appendsFail: false,
  folderFails: false,
  textFails: false,
  opened: [] as files.FileHandle[],
}));

function failing(code: string): Error {
  return Object.assign(new Error(code), { code });
}

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof files>();
  const open: typeof files.open = async (file, ...rest) => {
    const handle = await real.open(file, ...rest);
    if (!String(file).endsWith(".new")) {
      const append = handle.appendFile.bind(handle);
      handle.appendFile = async (text) => {
        if (disk.appendsFail) throw failing("ENOSPC");
        return append(text);
      };
      return handle;
    }
    disk.opened.push(handle);
    const write = handle.writeFile.bind(handle);
    handle.writeFile = async (text) => {
      if (!disk.full) return write(text);
      await write(String(text).slice(0, 100));
      throw failing("ENOSPC");
    };
    return handle;
  };
  return { ...real, open };
});

vi.mock("node:fs", async (original) => {
  const real = await original<typeof import("node:fs")>();
  const fsyncSync = (fd: number) => {
    if (disk.folderFails) throw failing("EIO");
    real.fsyncSync(fd);
  };
  return { ...real, fsyncSync };
});

vi.mock("./journal-line.ts", async (original) => {
  const real = await original<typeof import("./journal-line.ts")>();
  const alertLine: typeof real.alertLine = (alert) => {
    // As a string that gets too long does; only compacting asks for a line of it again.
    if (disk.textFails && alert.id === "kept") throw new RangeError("Invalid string length");
    return real.alertLine(alert);
  };
  return { ...real, alertLine };
});

let directory: string;
let journal: Journal;
const file = () => join(directory, "alerts.journal");
const sizeOf = () => statSync(file()).size;
const open = () => new Journal({ directory, limitBytes: 1024 ** 2, sync: "never" });
const alert = (id: string, bytes = 50_000) => ({
  clientId: "pump-7",
  id,
  payload: Buffer.alloc(bytes),
});

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-compaction-"));
  journal = open();
  await journal.add(alert("kept"));
});
afterEach(async () => {
  Object.assign(disk, {
    full: false,
    appendsFail: false,
    folderFails: false,
    textFails: false,
    opened: [],
  });
  await journal.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Each is 67 kB in the file; what is behind a mebibyte and twice what is kept is compacted. */
async function pass(count: number): Promise<void> {
  for (let n = 0; n < count; n++) journal.settle((await journal.add(alert(`passing-${n}`))).number);
}

async function idsAfterwards(): Promise<string[]> {
  await journal.close();
  journal = open();
  return [...journal.alerts].map(({ id }) => id);
}

it("leaves nothing of a new file that the disk has no room for, and is not at it with each alert", async () => {
  disk.full = true;
  await pass(40);
  expect(disk.opened.length).toBeGreaterThan(0);
  // From 1.2 MB to 2.7 MB in steps of a quarter.
  expect(disk.opened.length).toBeLessThan(6);
  expect(disk.opened.map(({ fd }) => fd)).toEqual(disk.opened.map(() => -1));
  expect(existsSync(`${file()}.new`)).toBe(false);
  disk.full = false;
  await pass(14);
  expect(sizeOf()).toBeLessThan(1.3e6);
  expect(await idsAfterwards()).toEqual(["kept"]);
});

it("tries again when much less is to be kept", async () => {
  disk.full = true;
  // Between two attempts.
  await pass(22);
  const attempts = disk.opened.length;
  disk.full = false;
  journal.settle(1);
  await journal.add(alert("small", 10));
  await journal.add(alert("after", 10));
  expect(disk.opened.length).toBe(attempts + 1);
  expect(sizeOf()).toBeLessThan(2_000);
  expect(await idsAfterwards()).toEqual(["small", "after"]);
});

it("makes room when nothing more can be written", async () => {
  disk.full = true;
  await pass(22);
  Object.assign(disk, { full: false, appendsFail: true });
  journal.settle(1);
  await expect(journal.add(alert("refused"))).rejects.toMatchObject({ code: "journal-failed" });
  await vi.waitFor(() => expect(sizeOf()).toBe(0));
  disk.appendsFail = false;
  await journal.add(alert("next"));
  expect(await idsAfterwards()).toEqual(["next"]);
});

it("removes what a killed process left of a new file", async () => {
  await journal.close();
  writeFileSync(`${file()}.new`, "left");
  journal = open();
  expect(existsSync(`${file()}.new`)).toBe(false);
});

it("goes on with the old file when the text of the new one cannot be made", async () => {
  disk.textFails = true;
  await pass(24);
  disk.textFails = false;
  expect(sizeOf()).toBeGreaterThan(1.5e6);
  expect(await idsAfterwards()).toEqual(["kept"]);
});

it("promises nothing more when its folder could not be forced to disk after the renaming", async () => {
  disk.folderFails = true;
  const outcomes: string[] = [];
  for (let n = 0; n < 24; n++) {
    const id = `${n}`;
    await journal.add(alert(id)).then(
      ({ number }) => (n < 20 ? journal.settle(number) : outcomes.push(id)),
      (error) => outcomes.push(error.code),
    );
  }
  expect(new Set(outcomes)).toEqual(new Set(["journal-failed"]));
  disk.folderFails = false;
  expect((await idsAfterwards())[0]).toBe("kept");
});
