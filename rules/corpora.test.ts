import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { compileRules } from "../app/inspector/patterns/compile.ts";
import { binaryKinds, honestBinary } from "../app/inspector/patterns/honest-binaries.ts";
import { parseReports } from "../app/inspector/patterns/honest-reports.ts";
import { corpora, createTextSource } from "../app/inspector/patterns/hostile-text.ts";
import { loadRulePack } from "../app/inspector/patterns/load-pack.ts";
import { notSeenThrough } from "../app/inspector/patterns/matcher.ts";
import { createRandom, pick } from "../app/inspector/patterns/random.ts";
import { patternFindings } from "../app/inspector/pipeline/stages.ts";
import { verdictOf } from "../app/inspector/pipeline/verdict.ts";

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

describe("what is decided before all was looked at", () => {
  const origins = ["device", "upstream"] as const;
  const decided = (payload: Uint8Array) =>
    origins.map((origin) => {
      const [some, all] = [matcher.match(payload, origin), matcher.matchAll(payload, origin)];
      const verdicts = [some, all].map((found) => verdictOf(origin, patternFindings(found)));
      return {
        verdicts,
        named: some.length,
        also: some.filter((match) => all.includes(match)).length,
      };
    });
  const expectSame = (payload: Uint8Array) => {
    for (const { verdicts, named, also } of decided(payload)) {
      expect(verdicts[0]).toBe(verdicts[1]);
      expect(also).toBe(named);
    }
  };
  type Wrap = (text: string) => Uint8Array;
  const wraps: readonly [Wrap, ...Wrap[]] = [
    (text) => Buffer.from(text),
    (text) =>
      Buffer.from(`{"a":"${Buffer.from(text).toString("base64")}","b":${JSON.stringify(text)}}`),
    (text) => gzipSync(text),
    (text) => Buffer.from(encodeURIComponent(text)),
  ];

  it("is what all of it leads to, of each text in the corpora, however it is wrapped", () => {
    for (const { texts } of [...honest, ...attacks]) {
      for (const text of texts) for (const wrap of wraps) expectSame(wrap(text));
    }
  });

  it.each(corpora)("is what all of it leads to, of hostile texts: %s", (kind) => {
    const next = createTextSource({ corpus: kind, bytes: 700, provocations: matcher.provocations });
    for (let count = 0; count < 40; count++) expectSame(next());
  });

  it("is what all of it leads to, of attacks and honest texts that stand in one another", () => {
    const random = createRandom(20_261_128);
    const texts = [...honest, ...attacks].flatMap((each) => each.texts);
    for (let count = 0; count < 300; count++) {
      const some = Array.from({ length: 3 }, () => texts[random(texts.length)] ?? "");
      expectSame(pick(random, wraps)(some.join(" ")));
    }
  });
});
