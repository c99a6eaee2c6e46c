import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { confirm } from "./confirm.ts";
import { Messages } from "./output.ts";

/** Two streams that take themselves for a terminal, and an answer that is typed on it. */
function terminalWith(answer: string | undefined, isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stream = Object.assign(new PassThrough(), { isTTY }) as unknown as NodeJS.WriteStream;
  if (answer === undefined) stdin.end();
  else stdin.write(`${answer}\n`);
  return { stdin, messages: new Messages(stream), asked: () => String(stream.read() ?? "") };
}

describe("a question on a terminal", () => {
  it.each(["y", "Y", " yes "])("is a yes by %j", async (answer) => {
    const terminal = terminalWith(answer);

    await confirm(terminal, "Really?");

    expect(terminal.asked()).toContain("Really? [y/N]");
  });

  it.each(["", "n", "yess", "ja", undefined])("is a no by %j", async (answer) => {
    await expect(confirm(terminalWith(answer), "Really?")).rejects.toThrow("nothing was changed");
  });

  it("is not asked of a script", async () => {
    const terminal = terminalWith("n", false);

    await confirm(terminal, "Really?");

    expect(terminal.asked()).toBe("");
  });
});
