import { describe, expect, it } from "vitest";
import { Sequence } from "./sequence.ts";

const mark = "00112233445566ff";
const packet = (packetId: number, text = "same", repeated = false) => ({
  ...{ packetId, repeated, topic: "clients/a/alerts", payload: Buffer.from(text) },
});
/** Names of messages that come with packet ids in a row. */
const namesOf = (sequence: Sequence, texts: string[], from = 1) =>
  texts.map((text, n) => sequence.nameOf(packet(from + n, text)).name);

function marked() {
  const sequence = new Sequence();
  sequence.nameOfMark(packet(60_000, ""), mark);
  return sequence;
}

describe("names", () => {
  it("differ for messages that are the same to the byte", () => {
    expect(new Set(namesOf(marked(), ["x", "x", "x"])).size).toBe(3);
  });

  it("are the same in two sessions from a mark on, wherever each began", () => {
    const [one, other] = [new Sequence(), new Sequence()];
    namesOf(one, ["x", "x"]);
    for (const each of [one, other]) each.nameOfMark(packet(500, ""), mark);
    expect(namesOf(one, ["x", "x", "y"], 501)).toEqual(namesOf(other, ["x", "x", "y"], 7));
  });

  it("are a session's own before its first mark", () => {
    expect(namesOf(new Sequence(), ["x"])).not.toEqual(namesOf(new Sequence(), ["x"]));
  });

  it("say whether they are shared", () => {
    const sequence = new Sequence();
    expect(sequence.nameOf(packet(1)).shared).toBe(false);
    expect(sequence.nameOfMark(packet(2, ""), mark).shared).toBe(true);
    expect(sequence.nameOf(packet(3)).shared).toBe(true);
  });

  it.each([
    ["one session lacks a message", ["a", "b", "x"], ["b", "x"]],
    ["their order differs", ["a", "b", "x"], ["b", "a", "x"]],
  ])("are no longer shared once %s", (_, texts, others) => {
    const names = new Set(namesOf(marked(), texts));
    expect(names).not.toContain(namesOf(marked(), others).at(-1));
  });

  it("are one printable token", () => {
    for (const name of namesOf(marked(), ["x", "y"])) expect(name).toMatch(/^[0-9a-z:]{5,60}$/);
  });
});

describe("what the broker sends again", () => {
  it("keeps its name, and what comes after it goes on counting", () => {
    const [again, whole] = [marked(), marked()];
    const names = namesOf(again, ["x", "x", "x"]);
    expect(again.nameOf(packet(2, "x", true)).name).toBe(names[1]);
    expect(again.nameOf(packet(3, "x", true)).name).toBe(names[2]);
    namesOf(whole, ["x", "x", "x"]);
    expect(namesOf(again, ["x"], 4)).toEqual(namesOf(whole, ["x"], 4));
  });

  it("is a mark that counts no second time", () => {
    const sequence = marked();
    const names = namesOf(sequence, ["x"]);
    sequence.nameOfMark(packet(60_000, "", true), mark);
    expect(names).not.toContain(sequence.nameOf(packet(2, "x")).name);
  });

  it("has a new name when it never arrived, even with the id and the bytes of one that did", () => {
    const sequence = marked();
    const names = new Set<string>();
    // Packet ids have gone round once: the next is 1 again.
    for (let id = 1; id < 65_536; id++) names.add(sequence.nameOf(packet(id)).name);
    expect(names).not.toContain(sequence.nameOf(packet(1, "same", true)).name);
  });

  it("has a new name in a new session", () => {
    const sequence = marked();
    const names = namesOf(sequence, ["x"]);
    sequence.restart();
    expect(names).not.toContain(sequence.nameOf(packet(1, "x", true)).name);
  });
});

describe("what never comes", () => {
  it("is counted by the gap that it leaves", () => {
    const sequence = new Sequence();
    namesOf(sequence, ["x", "x"]);
    sequence.nameOf(packet(6));
    expect(sequence.takeSkipped()).toBe(3);
    expect(sequence.takeSkipped()).toBe(0);
  });

  it.each([
    ["between the last acknowledgement of the process before and the first that came", 10, 14, 3],
    ["where packet ids began again in between", 65_534, 2, 2],
    ["and is nothing where the first is one that was not acknowledged", 10, 9, 0],
  ])("is counted %s", (_, acknowledged, first, missing) => {
    const sequence = new Sequence();
    sequence.nameOf(packet(first));
    sequence.follows(acknowledged);
    expect(sequence.takeSkipped()).toBe(missing);
  });

  it("is nothing where packet ids begin again, and where the broker sends something again", () => {
    const sequence = new Sequence();
    sequence.nameOf(packet(65_534));
    sequence.pass(packet(65_535));
    namesOf(sequence, ["x", "x"]);
    sequence.nameOf(packet(1, "x", true));
    namesOf(sequence, ["x"], 3);
    expect(sequence.takeSkipped()).toBe(0);
  });
});

it("gives what came with QoS 0 a name that nothing else has, and does not count it", () => {
  const [one, other] = [marked(), marked()];
  const light = { ...packet(0), packetId: undefined };
  expect(one.nameOf(light).name).not.toBe(other.nameOf(light).name);
  expect(namesOf(one, ["x"])).toEqual(namesOf(marked(), ["x"]));
});
