import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeviceRegistry } from "../../registry/device-registry.ts";
import { ensureDeviceTable } from "../../registry/device-table.ts";
import { type Emulator, startEmulator } from "../../registry/emulator.fixture.ts";
import { verifySecret } from "../../registry/secret.ts";
import { sentinel, startSentinel } from "../sentinel.fixture.ts";

let emulator: Emulator;
let registry: DeviceRegistry;
const settings: Record<string, string> = { AWS_REGION: "us-east-1" };

beforeAll(async () => {
  emulator = await startEmulator();
  registry = new DeviceRegistry({ ...emulator, consistent: true });
  settings["DYNAMODB_ENDPOINT"] = emulator.endpoint;
  settings["DEVICE_TABLE"] = emulator.table;
});
afterAll(() => emulator.stop());

const recordOf = async (clientId: string) => (await registry.get(clientId))?.record;
const knows = async (clientId: string, secret: string) => {
  const record = await recordOf(clientId);
  return record !== undefined && verifySecret(secret, record.secret);
};
describe("devices add", () => {
  it("registers devices and shows secrets that work, once", async () => {
    const { code, stdout } = await sentinel(
      ["devices", "add", "added-1", "added-2", "-l", "site:x"],
      settings,
    );

    expect(code).toBe(0);
    const pairs = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(","));
    expect(pairs.map(([id]) => id)).toEqual(["added-1", "added-2"]);
    for (const [id = "", secret = ""] of pairs) expect(await knows(id, secret)).toBe(true);
    expect(await recordOf("added-1")).toMatchObject({ status: "active", labels: ["site:x"] });
  });

  it("leaves a device that exists alone, adds the others, and says so", async () => {
    const first = await sentinel(["devices", "add", "there"], settings);
    const { code, stdout, stderr } = await sentinel(["devices", "add", "there", "new"], settings);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^new,[\w-]{43}\n$/);
    expect(stderr).toContain("device there exists already");
    expect(await knows("there", first.stdout.trim().split(",")[1] ?? "")).toBe(true);
  });

  it("refuses what is no client id", async () => {
    const { code, stderr } = await sentinel(["devices", "add", "fine", "a.b"], settings);

    expect(code).toBe(2);
    expect(stderr).toContain("'a.b'");
    expect(await recordOf("fine")).toBeUndefined();
  });
});

describe("devices revoke", () => {
  it("revokes what exists and reports the rest", async () => {
    await sentinel(["devices", "add", "to-revoke"], settings);

    const { code, stdout, stderr } = await sentinel(
      ["devices", "revoke", "to-revoke", "to-revoke", "never-there"],
      settings,
    );

    expect(code).toBe(1);
    expect(stdout).toMatch(/^to-revoke: revoked.*\nto-revoke: was revoked before\n$/);
    expect(stderr).toContain("never-there: there is no such device");
    expect((await recordOf("to-revoke"))?.status).toBe("revoked");
  });
});

describe("devices list", () => {
  const own: Record<string, string> = {};
  beforeAll(async () => {
    await ensureDeviceTable(emulator.client, "listed");
    Object.assign(own, settings, { DEVICE_TABLE: "listed" });
    // More than fits in a pipe that nobody reads.
    const rows = Array.from({ length: 1_500 }, (_, i) => `row-${i},active\n`);
    const text = `client_id,status\nlisted,suspended\n${rows.join("")}`;
    expect((await sentinel(["devices", "import", "-"], own, text)).code).toBe(0);
  });

  it("lists by status, as a table and as JSON lines without any hash", async () => {
    const only = ["devices", "list", "--status", "suspended"];

    const table = await sentinel(only, own);
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/^CLIENT ID +STATUS/);
    expect(table.stdout).toMatch(/^listed +suspended +20\d\d-/m);
    expect(table.stdout).not.toContain("\u001b");

    const json = await sentinel([...only, "--json"], own);
    const records = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const listed = records.find((record) => record.clientId === "listed");
    expect(Object.keys(listed).sort()).toEqual([
      "changedAt",
      "clientId",
      "createdAt",
      "labels",
      "status",
      "version",
    ]);
    expect(records.every((record) => record.status === "suspended")).toBe(true);
  });

  it("stops at the limit", async () => {
    const { stdout } = await sentinel(["devices", "list", "--limit", "3", "--json"], own);

    expect(stdout.trim().split("\n")).toHaveLength(3);
  });

  it("ends quietly when its reader has seen enough", async () => {
    const { child, said, finished } = startSentinel(["devices", "list", "--json"], own);
    child.stdout.once("data", () => child.stdout.destroy());

    expect((await finished).code).toBe(0);
    expect(said.stderr).toBe("");
  });

  it("says in one sentence that the table cannot be reached", async () => {
    const { code, stderr } = await sentinel(["devices", "list"], {
      ...settings,
      DYNAMODB_ENDPOINT: "http://127.0.0.1:1",
    });

    expect(code).toBe(1);
    expect(stderr).toMatch(/^sentinel: device table devices at http:.* cannot be reached.*\n$/);
  });
});
