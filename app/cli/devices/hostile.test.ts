/** What strangers wrote, as somebody sees it on a terminal. */
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startDeviceRegion } from "../../../test/support/device-region.ts";
import { damagedItem } from "../../registry/damaged-items.fixture.ts";
import { hostileTexts, isHarmless } from "../../shared/hostile-texts.fixture.ts";
import { sentinel } from "../sentinel.fixture.ts";

let devices: Awaited<ReturnType<typeof startDeviceRegion>>;
beforeAll(async () => {
  devices = await startDeviceRegion();
  const TableName = devices.readingSettings["DEVICE_TABLE"] ?? "";
  for (const [i, text] of hostileTexts.entries()) {
    const S = text.toWellFormed().slice(0, 500);
    for (const Item of [
      damagedItem(S, "s", {}),
      damagedItem(`hostile-${i}`, "s", {
        ...{ status: { S }, changedBy: { S }, region: { S } },
        labels: { L: [{ S }] },
      }),
    ]) {
      await devices.client.send(new PutItemCommand({ TableName, Item }));
    }
  }
}, 120_000);
afterAll(() => devices?.stop());

const run = (args: readonly string[], input = "") =>
  sentinel(["devices", ...args], devices.settings, input);
const harmful = (text: string) => text.split("\n").filter((line) => !isHarmless(line));

it.each([
  ["list"],
  ["list", "--json"],
  ["export"],
  ["export", "--format", "jsonl"],
  ["show", "-"],
  ["revoke", "-"],
  ["import", "-"],
  ["import", "-", "--format", "jsonl"],
])("devices %s %s %s %s shows nothing harmful, and every line has an end", async (...args) => {
  const given = args.filter((arg) => arg !== undefined);
  const lines = hostileTexts.map((text) => text.toWellFormed().slice(0, 500));
  const csv = given.includes("jsonl") ? "" : "client_id,labels\n";
  const input = given.includes("-") ? `${csv}${lines.join("\n")}\nhostile-1\n` : "";
  const { code, stdout, stderr } = await run(given, input);

  expect(code).toBe(1);
  expect(stdout.length + stderr.length).toBeGreaterThan(1_000);
  expect(harmful(stdout)).toEqual([]);
  expect(harmful(stderr)).toEqual([]);
  for (const line of `${stdout}${stderr}`.split("\n")) expect(line.length).toBeLessThan(3_500);
});

it("a complaint about a command's own arguments is harmless, too", async () => {
  for (const text of ["\u001b[2J", "\u202egpj", "a\u200bb", "\u009b31m"]) {
    const wrong = await sentinel(["devices", "show", text, `--${text}`], devices.settings);

    expect(wrong.code).toBe(2);
    expect(harmful(wrong.stderr)).toEqual([]);
  }
});
