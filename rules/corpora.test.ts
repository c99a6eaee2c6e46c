import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compileRules } from "../app/inspector/patterns/compile.ts";
import { binaryKinds, honestBinary } from "../app/inspector/patterns/honest-binaries.ts";
import { parseReports } from "../app/inspector/patterns/honest-reports.ts";
import { loadRulePack } from "../app/inspector/patterns/load-pack.ts";
import { notSeenThrough } from "../app/inspector/patterns/matcher.ts";
import { createRandom } from "../app/inspector/patterns/random.ts";

const matcher = compileRules(await loadRulePack(import.meta.dirname));
const matchesOf = (payload: Uint8Array) => matcher.match(payload, "device");
const isHeld = (payload: Uint8Array) => matchesOf(payload).some(({ action }) => action !== "tag");

/** One entry a file: its name, and its texts. */
async function corpus(folder: string) {
  const directory = join(import.meta.dirname, "corpora", folder);
  const names = (await readdir(directory)).filter((name) => name.endsWith(".txt"));
  return Promise.all(
    names.map(async (name) => ({
      name,
      texts: parseReports(await readFile(join(directory, name), "utf8")),
    })),
  );
}

const honest = [...(await corpus("honest")), ...(await corpus("held-back"))];
const attacks = await corpus("attacks");

describe.each(honest)("honest reports: $name", ({ texts }) => {
  it("holds none back", () => {
    expect(texts.filter((text) => isHeld(Buffer.from(text)))).toEqual([]);
  });

  it("holds none back that came through a field bus gateway as Latin-1", () => {
    expect(texts.filter((text) => isHeld(Buffer.from(text, "latin1")))).toEqual([]);
  });
});

describe("honest binaries", () => {
  it.each(binaryKinds)("%s: reports none but what it has not seen through", (kind) => {
    const random = createRandom(20_261_127);
    const reported = Array.from({ length: 150 }, () => honestBinary(kind, random)).flatMap(
      matchesOf,
    );
    expect(reported.filter(({ rule }) => rule !== notSeenThrough.rule)).toEqual([]);
  });
});

describe.each(attacks)("attacks: $name", ({ texts }) => {
  it("catches at least 95 % and holds at least 80 %", () => {
    const payloads = texts.map((text) => Buffer.from(text));
    const caught = payloads.filter((payload) => matchesOf(payload).length > 0);
    expect(caught.length / payloads.length).toBeGreaterThanOrEqual(0.95);
    expect(payloads.filter(isHeld).length / payloads.length).toBeGreaterThanOrEqual(0.8);
  });

  it("finds the same attacks as strings inside a binary", () => {
    const [head, tail] = [
      Buffer.from([0xd9, 0x00, 0x81, 0xfb, 0x40, 0x09]),
      Buffer.alloc(900, 0xf3),
    ];
    const inBinary = (text: string) => Buffer.concat([head, Buffer.from(text), tail]);
    const missed = texts.filter(
      (text) => isHeld(Buffer.from(text)) && text.length < 80 && !isHeld(inBinary(text)),
    );
    expect(missed.length).toBeLessThanOrEqual(texts.length * 0.1);
  });
});
