/** What the command line makes of a table that somebody else writes into, too. */
import { GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startDeviceRegion } from "../../../test/support/device-region.ts";
import { damagedItem, singleDamages, strangeKeys } from "../../registry/damaged-items.fixture.ts";
import { keyName } from "../../registry/device-key.ts";
import type { DeviceItem } from "../../registry/device-record.ts";
import { sentinel } from "../sentinel.fixture.ts";

const secret = "0123456789abcdef0123456789abcdef";
const idOf = (name: string) => name.replace(".", "-");
const names = [...singleDamages.map(([name]) => idOf(name)), ...strangeKeys.map(keyName)];
/** Nothing that a terminal acts on, and no line without end. */
const harmless = /^[\n\u0020-\u007e\u00b7\u2026]*$/;

let devices: Awaited<ReturnType<typeof startDeviceRegion>>;
beforeAll(async () => {
  devices = await startDeviceRegion();
});
afterAll(() => devices?.stop());

const run = (args: readonly string[], input = "") =>
  sentinel(["devices", ...args], devices.settings, input);
const table = () => devices.readingSettings["DEVICE_TABLE"] ?? "";
const write = (Item: DeviceItem) =>
  devices.client.send(new PutItemCommand({ TableName: table(), Item }));
const there = async (key: string) => {
  const Key = { clientId: { S: key } };
  return (await devices.client.send(new GetItemCommand({ TableName: table(), Key }))).Item;
};
async function damageAll() {
  for (const [name, value, attribute] of singleDamages) {
    await write(damagedItem(idOf(name), secret, { [attribute]: value }));
  }
  for (const key of strangeKeys) await write(damagedItem(key, secret, {}));
}
const damagedOf = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter((line) => "damaged" in line)
    .map((line) => line.clientId);

it("damaged records are shown as such, and ended by force, each and all", async () => {
  await damageAll();
  await run(["add", "healthy"]);

  const list = await run(["list"]);
  expect(list.code).toBe(1);
  expect(list.stdout).toMatch(/^healthy +active /m);
  for (const name of names) expect(list.stdout).toContain(`${name} `);
  expect(list.stderr).toContain(`${names.length} records are damaged`);
  const json = await run(["list", "--json"]);
  expect(damagedOf(json.stdout).toSorted()).toEqual(names.toSorted());
  const exported = await run(["export", "--format", "jsonl"]);
  expect(damagedOf(exported.stdout).toSorted()).toEqual(names.toSorted());
  const csv = await run(["export"]);
  expect(csv.stdout.split("\n").filter((line) => line.includes(",damaged,"))).toHaveLength(
    names.length,
  );
  const shown = await run(["show", "-"], names.join("\n"));
  expect(shown.code).toBe(1);
  expect(shown.stdout.match(/^damaged {17}/gm)).toHaveLength(names.length);
  for (const { stdout, stderr } of [list, json, exported, csv, shown]) {
    expect(stdout).toMatch(harmless);
    expect(stderr).toMatch(harmless);
  }

  const kept = await run(["revoke", "-"], names.join("\n"));
  expect(kept.code).toBe(1);
  expect(kept.stderr.match(/is not a device record/g)).toHaveLength(names.length);
  const revoked = await run(["revoke", "-", "--force"], names.join("\n"));
  expect([revoked.code, revoked.stderr]).toEqual([0, ""]);
  for (const name of names) {
    const key = strangeKeys.find((each) => keyName(each) === name) ?? name;
    expect((await there(key))?.["status"]).toEqual({ S: "revoked" });
  }
  await damageAll();
  const deleted = await run(["delete", "-", "--force"], names.join("\n"));
  expect([deleted.code, deleted.stderr]).toEqual([0, ""]);
  expect((await run(["list"])).code).toBe(0);
}, 120_000);

it("only what ends an item takes a name that is no client id", async () => {
  const name = keyName("a.b");
  for (const verb of ["add", "suspend", "resume", "rotate", "label"]) {
    expect([verb, (await run([verb, name])).code]).toEqual([verb, 2]);
  }
});
