import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startDeviceRegion } from "../../../test/support/device-region.ts";
import { sentinel, startSentinel } from "../sentinel.fixture.ts";

let devices: Awaited<ReturnType<typeof startDeviceRegion>>;
let settings: Record<string, string>;
let directory: string;

beforeAll(async () => {
  devices = await startDeviceRegion();
  settings = devices.settings;
  directory = mkdtempSync(join(tmpdir(), "sentinel-cli-"));
});
afterAll(async () => {
  await devices?.stop();
  rmSync(directory, { recursive: true });
});

const file = (name: string, content: string) => {
  const path = join(directory, name);
  writeFileSync(path, content);
  return path;
};
const recordOf = (clientId: string) => devices.recordOf(clientId);
const knows = (clientId: string, secret: string) => devices.knows(clientId, secret);
/** Lines of CSV with a header, as pairs. */
const secretsIn = (csv: string) =>
  csv
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(",") as [string, string]);

describe("devices import", () => {
  it("stores 10,000 rows, keeps the secrets in a file of the owner, and rejects bad rows", async () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => `bulk-${i},active`);
    rows[500] = "bad id,active";
    rows[5_000] = "bulk-5000,asleep";
    rows[9_999] = "bulk-0,active";
    const csv = file("bulk.csv", `client_id,status\n${rows.join("\n")}\n`);
    const out = join(directory, "bulk-secrets.csv");

    const args = ["devices", "import", csv, "--secrets-out", out];
    const { code, stdout, stderr } = await sentinel(args, settings);

    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("line 502: client_id must be");
    expect(stderr).toContain("line 5002: status");
    expect(stderr).toContain("line 10001 (bulk-0): the device exists already");
    expect(stderr).toMatch(/done: 10000 rows, 9997 stored, 3 rejected, \d+ rows\/s/);
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const secrets = secretsIn(readFileSync(out, "utf8"));
    expect(new Set(secrets.map(([id]) => id)).size).toBe(9_997);
    for (const [id, secret] of secrets.filter((_, i) => i % 500 === 0)) {
      expect(await knows(id, secret)).toBe(true);
    }
  });

  it("takes JSON lines from standard input, with secrets of the operator", async () => {
    const own = "0123456789abcdef0123456789abcdef";
    const input = [
      { client_id: "piped-1", secret: own, labels: ["a"] },
      { client_id: "piped-2", status: "suspended" },
    ];
    const text = input.map((row) => JSON.stringify(row)).join("\n");

    const { code, stdout } = await sentinel(["devices", "import", "-"], settings, text);

    expect(code).toBe(0);
    expect(await knows("piped-1", own)).toBe(true);
    const secrets = secretsIn(stdout);
    expect(secrets.map(([id]) => id)).toEqual(["piped-2"]);
    expect(await knows("piped-2", secrets[0]?.[1] ?? "")).toBe(true);
    expect(await recordOf("piped-2")).toMatchObject({ status: "suspended" });
  });

  it("overwrites devices only when told to, and keeps their age", async () => {
    const before = await sentinel(["devices", "add", "again"], settings);
    const csv = file("again.csv", "client_id,status\nagain,suspended\n");
    const created = (await recordOf("again"))?.createdAt;

    const refused = await sentinel(["devices", "import", csv], settings);
    expect(refused).toMatchObject({ code: 1, stdout: "" });
    expect(await knows("again", before.stdout.trim().split(",")[1] ?? "")).toBe(true);

    const replaced = await sentinel(["devices", "import", csv, "--replace"], settings);
    expect(replaced.code).toBe(0);
    expect(await knows("again", secretsIn(replaced.stdout)[0]?.[1] ?? "")).toBe(true);
    expect(await recordOf("again")).toMatchObject({
      status: "suspended",
      version: 2,
      createdAt: created,
      changedBy: "operator-1",
    });
  });

  it("does not bring back what was revoked, nor overwrite what it has written itself", async () => {
    await sentinel(["devices", "add", "gone", "twice"], settings);
    await sentinel(["devices", "revoke", "gone"], settings);
    const rows = Array.from({ length: 999 }, (_, i) => `between-${i}`);
    const text = `client_id\ngone\ntwice\n${rows.join("\n")}\ntwice\n`;

    const args = ["devices", "import", "-", "--replace"];
    const { code, stdout, stderr } = await sentinel(args, settings, text);

    expect(code).toBe(1);
    expect(stderr).toContain("line 2 (gone): the device was revoked, which is final");
    expect(stderr).toContain("line 1003 (twice): the device was changed since this import began");
    expect((await recordOf("gone"))?.status).toBe("revoked");
    const secrets = new Map(secretsIn(stdout));
    expect(secrets.size).toBe(1_000);
    expect(await knows("twice", secrets.get("twice") ?? "")).toBe(true);
  });

  it("writes rejected rows into a file, and refuses to overwrite files", async () => {
    const csv = file("mixed.csv", "client_id\nmixed-1\nm.2\nmixed-1\n");
    const rejects = join(directory, "rejects.csv");
    const args = ["devices", "import", csv, "--rejects", rejects];

    expect((await sentinel(args, settings)).code).toBe(1);
    const lines = readFileSync(rejects, "utf8").trim().split("\n");
    expect(lines[0]).toBe("line,client_id,reason");
    expect(lines[1]).toMatch(/^3,,"client_id must be/);
    expect(lines[2]).toBe("4,mixed-1,it repeats the client_id of line 2");

    const again = await sentinel(args, settings);
    expect(again.code).toBe(1);
    expect(again.stderr).toBe(
      `sentinel: cannot create ${rejects}: it exists already; choose another name\n`,
    );
  });

  it("stops when nobody takes the secrets any more, and stores no more devices", async () => {
    const { child, said, finished } = startSentinel(["devices", "import", "-"], settings);
    child.stdin.write("client_id\n");
    for (let i = 0; i < 2_000; i++) child.stdin.write(`cut-${i}\n`);
    await vi.waitFor(() => expect(said.stdout).toContain("cut-1000,"), { timeout: 60_000 });
    child.stdout.destroy();
    for (let i = 2_000; i < 40_000; i++) child.stdin.write(`cut-${i}\n`);
    child.stdin.end();

    const { code, stderr } = await finished;

    expect(code).toBe(1);
    expect(stderr).toContain("nobody reads the secrets any more");
    expect(await recordOf("cut-0")).toBeDefined();
    expect(await recordOf("cut-39999")).toBeUndefined();
  });

  it("takes what it got when its input ends early", async () => {
    const { child, finished } = startSentinel(["devices", "import", "-"], settings);
    child.stdin.write('{"client_id":"early-1"}\n{"client_id":"ear');
    child.stdin.end();

    const { code, stderr } = await finished;

    expect(code).toBe(1);
    expect(stderr).toContain("line 2: it is not JSON");
    expect(await recordOf("early-1")).toBeDefined();
  });

  it.each([
    [["devices", "import", "/does/not/exist"], 1, "cannot read /does/not/exist"],
    [["devices", "import", "-"], 1, "- is empty"],
    [["devices", "import"], 2, "missing required argument"],
    [["devices", "import", "-", "--resume"], 2, "--resume needs the --checkpoint"],
    [["devices", "import", "-", "--rate", "0"], 2, "It is a number from 1 on"],
    [["devices", "import", "-", "--format", "xml"], 2, "Allowed choices are csv, jsonl"],
  ])("says in one line what is wrong: %j", async (args, code, complaint) => {
    const result = await sentinel(args, settings);

    expect(result.code).toBe(code);
    expect(result.stderr).toContain(complaint);
    expect(result.stderr.trim().split("\n")).toHaveLength(1);
  });
});
