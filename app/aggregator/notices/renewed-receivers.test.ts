import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLog } from "../../shared/log.ts";
import type { Receiver } from "./receivers.ts";
import { renewedReceivers } from "./renewed-receivers.ts";

const log = createLog("test", "silent");
const soon = { timeout: 60_000, interval: 50 };
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "receivers-"));
  file = join(folder, "receivers.json");
});
afterEach(() => rmSync(folder, { recursive: true }));

const desk = (letter: string): Receiver => ({
  ...{ kind: "webhook", name: "desk", url: "https://desk.example/hook" },
  secret: `whsec_${letter.repeat(43)}=`,
});
const other: Receiver = { kind: "alertmanager", name: "other", url: "https://other.example" };

/** Exchanged at once, as Kubernetes does. */
function write(content: readonly Receiver[] | string): void {
  const text = typeof content === "string" ? content : JSON.stringify(content);
  writeFileSync(`${file}.new`, text);
  renameSync(`${file}.new`, file);
}

it("have the key that the file holds now, without a new start", async () => {
  write([desk("A")]);
  const [receiver] = renewedReceivers(file, log);
  expect(receiver?.now()).toEqual(desk("A"));
  write([desk("E")]);
  await expect.poll(() => receiver?.now(), soon).toEqual(desk("E"));
});

it("stay as they were while the file cannot be used, and who left it keeps what it had", async () => {
  write([desk("A"), other]);
  const [receiver, leaving, ...more] = renewedReceivers(file, log);
  expect(more).toEqual([]);
  write("{}");
  write([desk("E")]);
  await expect.poll(() => receiver?.now(), soon).toEqual(desk("E"));
  expect(leaving?.now()).toEqual(other);
});

it("begin with a file that can be used, or not at all", () => {
  write("[{}]");
  expect(() => renewedReceivers(file, log)).toThrow(/receivers\.json/);
});
