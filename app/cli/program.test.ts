import { PassThrough } from "node:stream";
import type { Command, Option } from "commander";
import { describe, expect, it } from "vitest";
import { Messages, Output, OutputClosed } from "./output.ts";
import { createProgram } from "./program.ts";
import { startSentinel } from "./sentinel.fixture.ts";

const program = createProgram(() => Promise.resolve(), {
  output: new Output(process.stdout),
  messages: new Messages(process.stderr),
});
const withOptions = (command: Command): readonly (readonly [string, Option])[] => [
  ...command.options.map((option) => [`${command.name()} ${option.flags}`, option] as const),
  ...command.commands.flatMap(withOptions),
];
const options = withOptions(program);

/** As the help shows it. */
const shownDefault = ({ defaultValue, defaultValueDescription }: Option) =>
  defaultValueDescription ?? String(defaultValue);

describe("the help", () => {
  it("shows no default as a value that the option would refuse", () => {
    const valued = options.filter(
      ([, option]) => option.parseArg && /^\d/.test(shownDefault(option)),
    );
    expect(valued.length).toBeGreaterThan(5);
    for (const [name, option] of valued) {
      const parse = option.parseArg as (value: string) => unknown;
      expect([name, parse(shownDefault(option))]).toEqual([name, option.defaultValue]);
    }
  });

  it("shows one default of an option, not two", () => {
    const twice = options.filter(
      ([, { description, defaultValue }]) =>
        defaultValue !== undefined && description.includes("(default:"),
    );
    expect(twice.map(([name]) => name)).toEqual([]);
  });

  it("says nothing else when its reader has gone", async () => {
    const { child, finished } = startSentinel(["--help"], {});
    child.stdin.end();
    child.stdout.destroy();
    const { code, stderr } = await finished;
    expect([code, stderr]).toEqual([0, ""]);
  });
});

describe("lines for a reader that has stopped reading", () => {
  const stopped = () => {
    const stream = new PassThrough({ highWaterMark: 1 });
    const output = new Output(stream as unknown as NodeJS.WriteStream);
    const listeners = () => ["drain", "close", "error"].map((event) => stream.listenerCount(event));
    const before = listeners();
    const lines = Array.from({ length: 50 }, (_, i) => output.line(`line ${i}`));
    return { stream, output, listeners, before, lines };
  };

  it("wait together, and leave nothing behind when it goes on", async () => {
    const { stream, listeners, before, lines } = stopped();
    expect(Math.max(...listeners())).toBeLessThan(10);
    stream.resume();
    await Promise.all(lines);
    await expect.poll(listeners).toEqual(before);
  });

  it("end when it goes", async () => {
    const { stream, output, lines } = stopped();
    const ended = Promise.allSettled(lines);
    stream.destroy(Object.assign(new Error("gone"), { code: "EPIPE" }));
    const reasons = (await ended).map((end) => end.status === "rejected" && end.reason);
    expect(reasons.every((reason) => reason instanceof OutputClosed)).toBe(true);
    await expect(output.line("more")).rejects.toThrow(OutputClosed);
  });
});
