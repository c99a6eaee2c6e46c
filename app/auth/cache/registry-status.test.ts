import { expect, it } from "vitest";
import { labelsRequestLimit } from "../../contract/device.ts";
import { labelLimit } from "../../registry/device-record.ts";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import type { Lookup } from "../callout/decide.ts";
import { answerLabelsRequest, answerStatusRequest } from "./registry-status.ts";

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
    answer: Object.fromEntries([
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

it("says which labels each device has, by the same rules", async () => {
  const labelled = async (id: string): Promise<Lookup> =>
    id === "pump-7"
      ? { kind: "found", record: deviceWith(id, "s", { labels: ["site:oslo"] }) }
      : lookup(id);
  const request = Buffer.from(JSON.stringify(["pump-7", "a", "gone", "down", "not an id"]));
  expect(await answerLabelsRequest(request, labelled)).toEqual({
    answer: { "pump-7": ["site:oslo"], a: [], gone: [], "not an id": [] },
  });
  expect((await answerLabelsRequest(Buffer.from("{}"), labelled)).problem).toContain("JSON array");
});

it("answers no more labels at once than a message can carry", async () => {
  const labels = Array.from({ length: labelLimit }, (_, n) => `${n}`.padEnd(64, "x"));
  const labelled = async (id: string): Promise<Lookup> => ({
    kind: "found",
    record: deviceWith(id, "s", { labels }),
  });
  const asked = (count: number) =>
    answerLabelsRequest(
      Buffer.from(JSON.stringify(Array.from({ length: count }, (_, n) => `${n}`.padEnd(64, "i")))),
      labelled,
    );
  const { answer } = await asked(labelsRequestLimit);
  expect(JSON.stringify(answer).length).toBeLessThan(512 * 1_024);
  expect((await asked(labelsRequestLimit + 1)).problem).toContain(`at most ${labelsRequestLimit}`);
});
