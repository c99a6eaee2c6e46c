import { describe, expect, it } from "vitest";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { entityTag, matching } from "./entity-tag.ts";
import { Problem } from "./problem.ts";

const record = deviceWith("pump-7", "secret", { version: 3, createdAt: 1_000 });
const tag = entityTag(record);

describe("the tag of a device", () => {
  it("is another one for each version, and for a device that was registered anew", () => {
    const others = [{ version: 4 }, { createdAt: 1_001 }].map((more) =>
      entityTag({ ...record, ...more }),
    );

    expect(new Set([tag, ...others]).size).toBe(3);
    expect(tag).toMatch(/^"[a-z0-9-]+"$/);
  });
});

describe("If-Match", () => {
  it.each([
    [tag, true],
    [`"other", ${tag}`, true],
    [`"other"`, false],
    [`W/${tag}`, false],
    [`""`, false],
  ])("%s matches: %s", (header, matches) => {
    expect(matching(header)?.(record)).toBe(matches);
  });

  it.each([undefined, "*", " * "])("%s asks for nothing", (header) => {
    expect(matching(header)).toBeUndefined();
  });

  it.each(["", "3", `"a" "b"`, `"a`, `"\u0000"`])("%j is refused", (header) => {
    expect(() => matching(header)).toThrow(Problem);
  });
});
