import { expect, it } from "vitest";
import type { Msg } from "../shared/nats.ts";
import { createAnswering } from "./answering.ts";

const message = { subject: "registry.labels" } as Msg;
const turn = () => new Promise((resolve) => setImmediate(resolve));

function answering() {
  const lines: unknown[][] = [];
  return { lines, answers: createAnswering({ error: (...line: unknown[]) => lines.push(line) }) };
}

it("logs an answer that cannot be sent, and waits for it no longer", async () => {
  const { lines, answers } = answering();
  const tooLarge = new RangeError("payload size exceeds the limit");
  answers.by(async () => {
    throw tooLarge;
  })(null, message);
  expect(answers.underWay).toBe(1);
  await turn();
  expect(answers.underWay).toBe(0);
  expect(lines).toEqual([
    [{ err: tooLarge, subject: "registry.labels" }, "a request is not answered"],
  ]);
});

it("counts what is under way, and answers nothing when the subscription failed", async () => {
  const { lines, answers } = answering();
  const waiting = Promise.withResolvers<void>();
  const answer = answers.by(() => waiting.promise);
  answer(null, message);
  answer(null, message);
  answer(new Error("gone"), message);
  expect([answers.underWay, lines.length]).toEqual([2, 1]);
  waiting.resolve();
  await turn();
  expect(answers.underWay).toBe(0);
});
