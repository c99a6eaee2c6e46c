import { expect, it } from "vitest";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import type { Lookup } from "../callout/decide.ts";
import { answerStatusRequest } from "./registry-status.ts";

async function lookup(id: string): Promise<Lookup> {
  if (id === "down") return { kind: "unavailable" };
  if (id === "stolen") {
    return { kind: "found", record: deviceWith(id, "s", { status: "revoked" }) };
  }
  return id === "gone" ? { kind: "absent" } : { kind: "found", record: deviceWith(id, "s") };
}
const ask = (request: unknown) =>
  answerStatusRequest(Buffer.from(JSON.stringify(request) ?? ""), lookup);

it("says how each device stands, and leaves out what cannot be told now", async () => {
  expect(await ask(["a", "stolen", "gone", "down", "a", "not an id", "__proto__"])).toEqual({
    statuses: Object.fromEntries([
      ["a", "active"],
      ["stolen", "revoked"],
      ["gone", "unknown"],
      ["not an id", "unknown"],
      ["__proto__", "active"],
    ]),
  });
});

it.each([
  undefined,
  {},
  "a",
  [1],
  Array.from({ length: 1_001 }, () => "a"),
])("refuses a request that is not an array of ids: %#", async (request) => {
  expect((await ask(request)).problem).toContain("JSON array");
});
