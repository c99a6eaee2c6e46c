import { describe, expect, it } from "vitest";
import { importStart } from "../../registry/import/device-import.ts";
import { progressText, roughly } from "./import-progress.ts";

const at = (rows: number, end: number) => ({
  ...importStart,
  ...{ rows, stored: rows, position: { line: rows, end } },
});

describe("the progress of an import", () => {
  it("tells rate and remaining time when the size is known", () => {
    const text = progressText(at(1_000, 250), 10, { totalBytes: 1_000, start: importStart });

    expect(text).toBe("1000 rows, 1000 stored, 0 rejected, 100 rows/s, 25 %, 30 s left");
  });

  it("counts only what this run did, when it goes on with an earlier one", () => {
    const options = { totalBytes: 1_000, start: at(900, 500) };

    expect(progressText(at(1_000, 600), 10, options)).toBe(
      "1000 rows, 1000 stored, 0 rejected, 10 rows/s, 60 %, 40 s left",
    );
  });

  it("promises nothing when the size is not known, or all is done", () => {
    const start = importStart;

    expect(progressText(at(10, 99), 1, { totalBytes: undefined, start })).not.toContain("left");
    expect(progressText(at(10, 99), 1, { totalBytes: 99, start })).not.toContain("left");
  });

  it.each([
    [5.4, "5 s"],
    [200, "3 min 20 s"],
    [7_260, "2 h 1 min"],
  ])("calls %d seconds %s", (seconds, text) => {
    expect(roughly(seconds)).toBe(text);
  });
});
