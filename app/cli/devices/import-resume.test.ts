import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startDeviceRegion } from "../../../test/support/device-region.ts";
import { sentinel, startSentinel } from "../sentinel.fixture.ts";

let devices: Awaited<ReturnType<typeof startDeviceRegion>>;
let directory: string;
beforeAll(async () => {
  devices = await startDeviceRegion();
  directory = mkdtempSync(join(tmpdir(), "sentinel-resume-"));
});
afterAll(async () => {
  await devices?.stop();
  rmSync(directory, { recursive: true });
});

const ownSecret = "an-operators-own-secret-0123456789";

/** An input with wrong rows here and there, and the files of its import. */
function importOf(name: string, count: number) {
  const at = (suffix: string) => join(directory, `${name}.${suffix}`);
  const rows = Array.from({ length: count }, (_, i) =>
    i % 7 === 0 ? `${name}-${i},${ownSecret}` : `${name}-${i},`,
  );
  const bad = [3, 999, 1_000, Math.floor(count / 2), count - 1];
  for (const i of bad) rows[i] = `not an id ${i},`;
  rows[count - 2] = `${name}-1,`;
  writeFileSync(at("csv"), `client_id,secret\n${rows.join("\n")}\n`);
  const outputs = ["--secrets-out", at("secrets"), "--rejects", at("rejects")];
  const args = ["devices", "import", at("csv"), ...outputs, "--checkpoint", at("state")];
  const rejected = [...bad, count - 2].map((i) => i + 2).sort((a, b) => a - b);
  return { args, at, rejected, stored: count - rejected.length };
}

async function expectWhole(work: ReturnType<typeof importOf>) {
  const { at, rejected, stored } = work;
  expect(existsSync(at("state"))).toBe(false);
  expect(existsSync(`${at("state")}.new`)).toBe(false);
  const [, ...rejects] = readFileSync(at("rejects"), "utf8").trimEnd().split("\n");
  expect(rejects.map((line) => Number(line.split(",")[0]))).toEqual(rejected);
  const [head, ...lines] = readFileSync(at("secrets"), "utf8").trimEnd().split("\n");
  expect(head).toBe("client_id,secret");
  const secrets = new Map(lines.map((line) => line.split(",") as [string, string]));
  expect(secrets.size).toBe(lines.length);

  let [told, own] = [0, 0];
  for await (const page of devices.registry.pages()) {
    for (const { clientId, version } of page.records) {
      if (!clientId.startsWith(at("").split("/").at(-1)?.replace(/\.$/, "-") ?? "")) continue;
      expect(version).toBe(1);
      const secret = secrets.get(clientId);
      if (secret === undefined) own++;
      else told++;
      if (told % 50 === 0 || own % 20 === 0) {
        expect(await devices.knows(clientId, secret ?? ownSecret)).toBe(true);
      }
    }
  }
  expect(told).toBe(secrets.size);
  expect(told + own).toBe(stored);
}

describe.concurrent("an import with a checkpoint", () => {
  it("stores every row once and every secret once, however often it is killed", async () => {
    const work = importOf("killed", 9_000);
    const mark = (suffix: string) =>
      existsSync(work.at(suffix)) ? statSync(work.at(suffix)).mtimeMs : 0;
    // Of each: die when the file has changed so many times.
    const deaths = [
      { file: "state", changes: 1 },
      { file: "state", changes: 2 },
      { file: "secrets", changes: 1 },
      { file: "secrets", changes: 2 },
      { file: "state.new", changes: 1 },
      { file: "rejects", changes: 1 },
    ];
    let resumed: string[] = [];
    for (const { file, changes } of deaths) {
      const { child, finished } = startSentinel([...work.args, ...resumed], devices.settings);
      let seen = mark(file);
      for (let left = changes; left > 0 && child.exitCode === null; ) {
        await delay(1);
        if (mark(file) === seen) continue;
        seen = mark(file);
        left--;
      }
      child.kill("SIGKILL");
      await finished;
      resumed = existsSync(work.at("state")) ? ["--resume"] : [];
    }
    expect(resumed).toEqual(["--resume"]);

    const { code, stderr } = await sentinel([...work.args, "--resume"], devices.settings);

    expect(code).toBe(1);
    expect(stderr).toMatch(/done: 9000 rows, 8994 stored, 6 rejected/);
    await expectWhole(work);
  });

  it("says what is wrong instead of beginning twice or going on with something else", async () => {
    const work = importOf("guarded", 2_500);
    const { child, finished } = startSentinel(work.args, devices.settings);
    await vi.waitFor(() => expect(existsSync(work.at("secrets"))).toBe(true), {
      timeout: 60_000,
      interval: 1,
    });
    child.kill("SIGKILL");
    await finished;
    const run = (...more: string[]) => sentinel([...work.args, ...more], devices.settings);

    expect(statSync(work.at("state")).mode & 0o777).toBe(0o600);
    expect((await run()).stderr).toContain("exists already; go on with --resume");
    const replacing = await run("--resume", "--replace");
    expect(replacing).toMatchObject({ code: 1 });
    expect(replacing.stderr).toContain("was begun with replace false, not true");
    const text = readFileSync(work.at("csv"), "utf8");
    writeFileSync(work.at("csv"), `${text}more,\n`);
    expect((await run("--resume")).stderr).toContain("is not as it was when its import began");
    const state = readFileSync(work.at("state"), "utf8");
    writeFileSync(work.at("state"), state.slice(0, -9));
    expect((await run("--resume")).stderr).toContain("is not the checkpoint of an import");
    rmSync(work.at("state"));
    expect((await run("--resume")).stderr).toContain("leave --resume out to begin one");
    expect((await run()).stderr).toContain("exists already; choose another name");
  });

  it.each([
    [["-"], "needs a file that can be read twice"],
    [["FILE"], "--checkpoint needs --secrets-out and --rejects"],
  ])("refuses %j", async (named, complaint) => {
    const { at } = importOf("refused", 1_200);
    const file = named[0] === "FILE" ? at("csv") : "-";
    const args = ["devices", "import", file, "--checkpoint", at("state")];

    const { code, stderr } = await sentinel(args, devices.settings, "client_id\na\n");

    expect(code).toBe(1);
    expect(stderr).toContain(complaint);
    expect(existsSync(at("state"))).toBe(false);
  });

  it("goes on after AUDIT or the table were away", async () => {
    const work = importOf("away", 2_500);
    const dead = { ...devices.settings, DYNAMODB_ENDPOINT: "http://127.0.0.1:1" };
    const failed = await sentinel(work.args, dead);
    expect(failed.code).toBe(1);
    expect(failed.stderr).toContain("stopped; go on with --resume");
    const unaudited = { ...devices.settings, NATS_SERVERS: "tls://127.0.0.1:1" };
    expect((await sentinel([...work.args, "--resume"], unaudited)).code).toBe(1);
    expect(await devices.recordOf("away-1")).toBeUndefined();

    const { code } = await sentinel([...work.args, "--resume"], devices.settings);

    expect(code).toBe(1);
    await expectWhole(work);
  });
});
