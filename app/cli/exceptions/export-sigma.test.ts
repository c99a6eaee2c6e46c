import { expect, it } from "vitest";
import type { Exception } from "../../exceptions/exception.ts";
import { writeSigma } from "./export-sigma.ts";

const exceptionOf = (id: string, more: Partial<Exception>): Exception => ({
  ...{ id, region: "us-east", kind: "exception", scope: { rule: "r1", client: "bench-1" } },
  ...{ reason: "load tests", critical: false, expiresAt: 86_400_000 },
  ...{ addedBy: "api:ann", addedAt: 0, findings: 0, ...more },
});

it("writes what Sigma can say, and says beside it what was left out and why", async () => {
  const [written, said]: [string[], string[]] = [[], []];
  const output = { line: async (line: string) => void written.push(line) };
  const messages = { line: (line: string) => void said.push(line) };
  const exceptions = [
    exceptionOf("one", {}),
    exceptionOf("two", { kind: "silence" }),
    exceptionOf("three", { scope: { rule: "r2", client: "bench-1" } }),
  ];
  const levels = new Map([
    ["r1", "high"],
    ["r2", "critical"],
  ]);
  await writeSigma({ output, messages } as never, exceptions, levels);
  expect(written.filter((line) => line === "---" || line.startsWith("id:"))).toEqual([
    "---",
    "id: one",
  ]);
  expect(said).toEqual([
    expect.stringMatching(/^left out two: a silence/),
    expect.stringMatching(/^left out three: its rule is critical/),
  ]);
});
