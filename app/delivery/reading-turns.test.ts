import { expect, it } from "vitest";
import { ReadingTurns } from "./reading-turns.ts";

it("reads for as many side by side as the stream answers soon, also when one fails", async () => {
  const turns = new ReadingTurns();
  const before = turns.pace.window;
  const fail = turns.run(async () => {
    throw new Error("the stream does not answer");
  });
  for (let n = 0; n < before; n++) void turns.run(() => new Promise(() => {}));
  expect(turns.waiting).toBe(1);
  await expect(fail).rejects.toThrow("does not answer");
  await expect.poll(() => turns.waiting).toBe(0);
});
