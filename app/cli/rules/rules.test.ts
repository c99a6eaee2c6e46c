import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentinel } from "../sentinel.fixture.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sentinel-rules-"));
});
afterAll(() => rm(folder, { recursive: true }));

const rules = (args: readonly string[], input = "") => sentinel(["rules", ...args], {}, input);
const parsed = (stdout: string) =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

const attack = "x; cat /etc/passwd #";

describe("sentinel rules test", () => {
  it("judges each line, goes on behind what is none, and tells the totals by label", async () => {
    const lines = [
      JSON.stringify({ text: attack, label: "attack" }),
      JSON.stringify({ text: attack, label: "attack", origin: "upstream" }),
      JSON.stringify({ base64: Buffer.from(attack).toString("base64"), label: "attack" }),
      '{"text":"21.5 degrees","label":"honest"}',
      JSON.stringify({ text: "a".repeat(65_537), label: "honest" }),
      "no sample",
      "x".repeat(5 * 1024 * 1024),
      "",
    ];
    const { code, stdout, stderr } = await rules(["test", "-"], lines.join("\n"));
    expect(parsed(stdout).map(({ line, verdict, error }) => [line, verdict ?? error])).toEqual([
      [1, "quarantine"],
      [2, "tag"],
      [3, "quarantine"],
      [4, "allow"],
      [5, expect.stringContaining("65536")],
      [6, expect.stringContaining("no JSON")],
      [7, expect.stringContaining("longer than")],
    ]);
    expect(stderr).toMatch(/attack +3 +0 +1 +2 +0 +0 +100.0 % +66.7 %/);
    expect(stderr).toMatch(/honest +2 +1 +0 +0 +0 +1 +0.0 % +0.0 %/);
    expect(stderr).toContain("unreadable: 2");
    expect(code).toBe(1);
  });

  it("reads a folder: lines from .jsonl, payloads from all else", async () => {
    const samples = join(folder, "samples");
    await mkdir(join(samples, "deep"), { recursive: true });
    await writeFile(join(samples, "a.jsonl"), '{"text":"fine"}\n');
    await writeFile(join(samples, "deep/\u001b[31mb.bin"), Buffer.from(attack, "utf16le"));
    const { code, stdout } = await rules(["test", samples]);
    expect(code).toBe(0);
    expect(parsed(stdout).map(({ verdict }) => verdict)).toEqual(["allow", "quarantine"]);
    expect(stdout).not.toContain("\u001b");
  });

  it("prints nothing but totals where that is wanted", async () => {
    const { code, stdout } = await rules(["test", "-", "--as", "lines", "--totals"], `${attack}\n`);
    expect(code).toBe(0);
    expect(stdout.split("\n")[0]).toMatch(/^label +samples +allow/);
    expect(stdout).toMatch(/^- +1 +0 +0 +1 +0 +0 +100.0 %/m);
  });

  it.each([
    [["test", "-"], "no sample was read from -", 1],
    [["test", "/absent"], "cannot read /absent", 1],
    [["test", "-", "--rules", "/absent"], "the rules in /absent are not valid", 1],
    [["test", "-", "--origin", "moon"], "Allowed choices are upstream, device", 2],
  ] as const)("says what is wrong in a sentence: %j", async (args, complaint, exitCode) => {
    const { code, stdout, stderr } = await rules(args);
    expect([code, stdout]).toEqual([exitCode, ""]);
    expect(stderr).toContain(complaint);
    expect(stderr).not.toContain("NaN");
  });
});

describe("sentinel rules", () => {
  it("makes a rule that can be put into a pack, is listed, explained and refused when it is spoilt", async () => {
    const pack = join(folder, "pack");
    await mkdir(join(pack, "corpora/honest"), { recursive: true });
    await writeFile(join(pack, "corpora/honest/all.txt"), "a report\n%\nanother report\n");
    await writeFile(join(pack, "pack.yaml"), 'name: mine\nversion: "1.0.0"\ndescription: Mine.\n');
    const { stdout: skeleton } = await rules(["new", "Reset of a meter"]);
    await writeFile(join(pack, "meters.yaml"), skeleton);

    // The figure for the cost is none to test where others compute.
    const generous = ["--rules", pack, "--limit", "1000000"];
    const check = await rules(["check", ...generous, "--json"]);
    expect(JSON.parse(check.stdout)).toMatchObject({ ok: true, rules: 1, problems: [] });
    expect(check.code).toBe(0);

    const [listed] = parsed((await rules(["list", "--rules", pack, "--json"])).stdout);
    expect(listed).toMatchObject({ title: "Reset of a meter", action: "tag" });
    const explained = await rules(["explain", listed.id.slice(0, 8), "--rules", pack]);
    expect(explained.stdout).toContain('"replace this text"');

    await writeFile(
      join(pack, "meters.yaml"),
      skeleton.replace("replace that text", "replace this text!"),
    );
    const spoilt = await rules(["check", ...generous]);
    expect(spoilt.code).toBe(1);
    expect(spoilt.stdout).toContain('reports "replace this text!"');
  });

  it("judges and explains rules about fields, and tries their examples with them", async () => {
    const pack = join(folder, "fields");
    await mkdir(join(pack, "corpora/honest"), { recursive: true });
    await writeFile(join(pack, "corpora/honest/all.txt"), "a report\n%\nanother report\n");
    await writeFile(join(pack, "pack.yaml"), 'name: mine\nversion: "1.0.0"\ndescription: Mine.\n');
    const { stdout: skeleton } = await rules(["new", "Order with QoS 0"]);
    const [head = ""] = skeleton.split("detection:");
    const file = `${head}detection:
  order:
    alert.cmd: open
    mqtt.qos: 0
  condition: order
falsepositives: [None known]
sentinel:
  action: quarantine
  confidence: 0.5
  origins: [device]
  examples:
    match:
      - { payload: '{"cmd":"open"}', mqtt.qos: 0 }
      - { payload: '{"cmd":"OPEN"}', mqtt.qos: 0, mqtt.publish.topic: a/b }
    clean:
      - '{"cmd":"open"}'
      - { payload: '{"cmd":"open"}', mqtt.qos: 1 }
`;
    await writeFile(join(pack, "orders.yaml"), file);
    const generous = ["--rules", pack, "--limit", "1000000"];
    expect((await rules(["check", ...generous])).code).toBe(0);
    expect((await rules(["explain", "Order with QoS 0", "--rules", pack])).stdout).toMatch(
      /alert\.cmd\n +"open"\n +mqtt\.qos\n +0\n/,
    );
    const order = { text: '{"cmd":"open"}' };
    const lines = [{ ...order, qos: 0 }, { ...order, qos: 1 }, order].map((o) => JSON.stringify(o));
    const tested = await rules(["test", "-", "--rules", pack], lines.join("\n"));
    expect(parsed(tested.stdout).map(({ verdict }) => verdict)).toEqual([
      ...["quarantine", "allow", "allow"],
    ]);

    await writeFile(join(pack, "orders.yaml"), file.replace("mqtt.qos: 1 }", "mqtt.qos: 0 }"));
    const spoilt = await rules(["check", ...generous]);
    expect(spoilt.stdout).toContain('reports {"payload":"{\\"cmd\\":\\"open\\"}","mqtt.qos":0}');
  });

  it("knows no rule of another id", async () => {
    const { code, stderr } = await rules(["explain", "no-such-rule"]);
    expect(code).toBe(1);
    expect(stderr).toContain('no rule has the id "no-such-rule"');
  });
});
