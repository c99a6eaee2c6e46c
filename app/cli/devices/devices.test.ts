import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDeviceRegion } from "../../../test/support/device-region.ts";
import { sentinel, startSentinel } from "../sentinel.fixture.ts";

let devices: Awaited<ReturnType<typeof startDeviceRegion>>;
beforeAll(async () => {
  devices = await startDeviceRegion();
});
afterAll(() => devices?.stop());

const run = (args: readonly string[], input = "", more: Record<string, string> = {}) =>
  sentinel(["devices", ...args], { ...devices.settings, ...more }, input);
const pairsOf = (stdout: string) =>
  stdout
    .trim()
    .split("\n")
    .map((line) => line.split(",") as [string, string]);

describe("devices add", () => {
  it("registers devices and shows secrets that work, once", async () => {
    const more = ["-l", "site:x", "--region", "eu-west"];
    const { code, stdout } = await run(["add", "added-1", "added-2", ...more]);

    expect(code).toBe(0);
    const pairs = pairsOf(stdout);
    expect(pairs.map(([id]) => id)).toEqual(["added-1", "added-2"]);
    for (const [id, secret] of pairs) expect(await devices.knows(id, secret)).toBe(true);
    expect(await devices.recordOf("added-1")).toMatchObject({
      status: "active",
      labels: ["site:x"],
      region: "eu-west",
      changedBy: "operator-1",
    });
  });

  it("leaves a device that exists alone, adds the others, and says so", async () => {
    const first = await run(["add", "there"]);
    const { code, stdout, stderr } = await run(["add", "there", "new"]);

    expect(code).toBe(1);
    expect(stdout).toMatch(/^new,[\w-]{43}\n$/);
    expect(stderr).toBe("device there exists already\n");
    expect(await devices.knows("there", pairsOf(first.stdout)[0]?.[1] ?? "")).toBe(true);
  });

  it("refuses what is no client id, and changes nothing then", async () => {
    const { code, stderr } = await run(["add", "fine", "a.b"]);

    expect(code).toBe(2);
    expect(stderr).toContain("'a.b'");
    expect(await devices.recordOf("fine")).toBeUndefined();
  });

  it("takes ids from standard input, names wrong lines, and goes on", async () => {
    const { code, stdout, stderr } = await run(["add", "-"], "piped-1\n\nnot one\r\n piped-2 \n");

    expect(code).toBe(1);
    expect(pairsOf(stdout).map(([id]) => id)).toEqual(["piped-1", "piped-2"]);
    expect(stderr).toBe("line 3 is not a client id\n");
  });
});

describe("devices rotate", () => {
  it("shows a new secret, and lets the old one be good for the overlap", async () => {
    const [[, old]] = pairsOf((await run(["add", "turned"])).stdout) as [[string, string]];

    const rotated = await run(["rotate", "turned", "--overlap", "1h"]);
    const [[, fresh]] = pairsOf(rotated.stdout) as [[string, string]];

    expect(rotated.code).toBe(0);
    expect(await devices.knows("turned", fresh)).toBe(true);
    expect(await devices.knows("turned", old)).toBe(true);
    expect(await devices.knows("turned", old, Date.now() + 3_600_000)).toBe(false);
    await run(["rotate", "turned", "--overlap", "0s"]);
    expect(await devices.knows("turned", fresh)).toBe(false);
  });
});

describe("devices suspend, resume, revoke, delete and label", () => {
  it("do it, say what they did, and end with 1 when they could not do it to all", async () => {
    await run(["add", "one", "two"]);
    const said = async (...args: string[]) => {
      const { code, stdout, stderr } = await run(args);
      return `${code} ${stdout}${stderr}`;
    };

    expect(await said("suspend", "one")).toBe("0 one: suspended\n");
    expect(await said("suspend", "one")).toBe("0 one: was suspended before\n");
    expect(await said("resume", "one", "nobody")).toBe(
      "1 one: active again\nnobody: there is no such device\n",
    );
    expect(await said("disconnect", "one")).toBe(
      "0 one: its sessions end in every region; it may connect again\n",
    );
    expect(await devices.recordOf("one")).toMatchObject({ status: "active", version: 4 });
    expect(await said("label", "one", "-l", "a", "-l", "b")).toBe("0 one: labelled\n");
    expect(await devices.recordOf("one")).toMatchObject({ status: "active", labels: ["a", "b"] });
    expect(await said("delete", "one")).toMatch(/^1 one: it is not revoked; revoke it first/);
    expect(await said("revoke", "one")).toMatch(/^0 one: revoked/);
    expect(await said("revoke", "one")).toBe("0 one: was revoked before\n");
    expect(await said("resume", "one")).toMatch(/^1 one: it was revoked, which is final/);
    expect(await said("rotate", "one")).toMatch(/^1 one: it was revoked, which is final/);
    expect(await said("disconnect", "one")).toMatch(/^1 one: it was revoked, which is final/);
    expect(await said("delete", "one")).toBe("0 one: deleted\n");
    expect(await said("delete", "two", "--force", "--yes")).toBe("0 two: deleted\n");
    expect(await devices.recordOf("one")).toBeUndefined();
    expect(await devices.recordOf("two")).toBeUndefined();
  });

  it("go on when nobody listens any more", async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `unheard-${i}`);
    await run(["add", ...ids]);

    const { child, finished } = startSentinel(["devices", "revoke", "-"], devices.settings);
    child.stdout.destroy();
    child.stdin.end(ids.join("\n"));

    expect((await finished).code).toBe(0);
    for (const id of ids) expect((await devices.recordOf(id))?.status).toBe("revoked");
  });

  it("do nothing when it cannot be audited", async () => {
    await run(["add", "unaudited"]);
    const { code, stderr } = await sentinel(
      ["devices", "revoke", "unaudited"],
      devices.readingSettings,
    );

    expect(code).toBe(1);
    expect(stderr).toMatch(/^sentinel: (NATS_SERVERS|AUDIT_KEY_FILE) is not set.*\n$/);
    expect((await devices.recordOf("unaudited"))?.status).toBe("active");
  });
});

describe("devices show", () => {
  it("shows what is known, and no hash", async () => {
    await run(["add", "shown", "-l", "a", "--region", "us-east"]);
    await run(["rotate", "shown"]);

    const text = await run(["show", "shown", "absent"]);
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/^clientId +shown$/m);
    expect(text.stdout).toMatch(/^previousSecretUntil +20\d\d-/m);
    expect(text.stderr).toBe("absent: there is no such device\n");

    const json = await sentinel(["devices", "show", "shown", "--json"], devices.readingSettings);
    expect(json.code).toBe(0);
    const shown = JSON.parse(json.stdout);
    expect(shown).toMatchObject({ region: "us-east", changedBy: "operator-1", version: 2 });
    const names = "changedAt changedBy clientId createdAt labels previousSecretUntil region";
    expect(Object.keys(shown).sort()).toEqual([...names.split(" "), "status", "version"]);
  });
});

describe("devices list and export", () => {
  let own: Record<string, string>;
  beforeAll(async () => {
    own = { ...devices.settings, ...(await devices.ownTable("listed")) };
    // More than fits in a pipe that nobody reads.
    const rows = Array.from({ length: 1_500 }, (_, i) => `row-${i},active,,n:${i % 2}\n`);
    const head = "client_id,status,region,labels\nlisted,suspended,eu-west,a;b\n";
    const imported = await sentinel(["devices", "import", "-"], own, `${head}${rows.join("")}`);
    expect(imported.code).toBe(0);
  });
  const list = (...args: string[]) => sentinel(["devices", "list", ...args], own);

  it("list by status, as a table and as JSON lines without any hash", async () => {
    const table = await list("--status", "suspended");
    expect(table.code).toBe(0);
    expect(table.stdout).toMatch(/^CLIENT ID +STATUS/);
    expect(table.stdout).toMatch(/^listed +suspended +eu-west +20\d\d-/m);
    expect(table.stdout).not.toContain("\u001b");

    const json = await list("--status", "suspended", "--region", "eu-west", "--json");
    const records = json.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(records).toHaveLength(1);
    const names = "changedAt changedBy clientId createdAt labels region status version";
    expect(Object.keys(records[0]).sort()).toEqual(names.split(" "));
  });

  it("list part by part, each device once", async () => {
    const seen: string[] = [];
    let after: string[] = [];
    for (let parts = 0; parts < 4; parts++) {
      const part = await list("--label", "n:1", "--limit", "300", "--json", ...after);
      expect(part.code).toBe(0);
      const lines = part.stdout.trim().split("\n").filter(Boolean);
      seen.push(...lines.map((line) => JSON.parse(line).clientId));
      const token = /--after (\S+)/.exec(part.stderr)?.[1];
      if (token === undefined) break;
      after = ["--after", token];
    }

    expect(seen).toHaveLength(750);
    expect(new Set(seen).size).toBe(750);
    const wrong = await list("--after", "row-7");
    expect(wrong).toMatchObject({ code: 1 });
    expect(wrong.stderr).toContain("the page token is not one that a list has given");
  });

  it("export everything as CSV, and what is asked for as JSON lines", async () => {
    const csv = await sentinel(["devices", "export"], own);
    const [head, ...rows] = csv.stdout.trim().split("\n");
    expect(head).toBe(
      "client_id,status,region,labels,created,changed,changed_by,version,fingerprint,damaged",
    );
    expect(rows).toHaveLength(1_501);
    expect(rows.find((row) => row.startsWith("listed"))).toMatch(
      /^listed,suspended,eu-west,a;b,20\S+Z,20\S+Z,operator-1,1,,$/,
    );

    const jsonl = await sentinel(["devices", "export", "--format", "jsonl", "--label", "n:0"], own);
    expect(jsonl.stdout.trim().split("\n")).toHaveLength(750);
  });

  it("end quietly when their reader has seen enough", async () => {
    const { child, said, finished } = startSentinel(["devices", "list", "--json"], own);
    child.stdout.once("data", () => child.stdout.destroy());

    expect((await finished).code).toBe(0);
    expect(said.stderr).toBe("");
  });

  it("say in one sentence that the table cannot be reached", async () => {
    const { code, stderr } = await sentinel(["devices", "list"], {
      ...devices.readingSettings,
      DYNAMODB_ENDPOINT: "http://127.0.0.1:1",
    });

    expect(code).toBe(1);
    expect(stderr).toMatch(/^sentinel: device table \S+ at http:.* cannot be reached.*\n$/);
  });
});
