/** The audit is a chain: shown with a killed writer, and with what an auditor holds in hand. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WriterReport } from "../../app/audit/writer-check.ts";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { defaultScale } from "../../app/contract/stream-definition.ts";
import { streamMaker } from "../../app/contract/stream-makers.ts";
import { streamDefinitions } from "../../app/contract/streams.ts";
import { jetstreamManager, type NatsConnection } from "../../app/shared/nats.ts";
import { dynamodbEnvironment } from "../../local/endpoints.ts";
import type { Region } from "../../local/region.ts";
import { startAuthProcess } from "../support/auth-process.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
let operator: NatsConnection;
let settings: Record<string, string>;
const secrets = new Map<string, string>();
const directory = mkdtempSync(join(tmpdir(), "sentinel-audit-"));
const soon = { timeout: 60_000, interval: 50 };

beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 3, edges: 1, syncInterval: "2m", ...none });
  auth = await startAuthProcess(region);
  operator = await connectAs(region, "operator");
  settings = {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    AUDIT_KEY_FILE: region.secrets.auditKeyFile("operator"),
    AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
    SENTINEL_OPERATOR: "olga",
    ...dynamodbEnvironment(region.layout),
  };
  for (let i = 0; i < 8; i++) secrets.set(`pump-${i}`, await registerDevice(region, `pump-${i}`));
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await operator?.close();
  await auth?.stop();
  await region?.stop();
});

/** Logs in and out, and says whether it could. */
const admitted = (clientId: string) =>
  connectDevice(region, { clientId, password: secrets.get(clientId) ?? "" }).then(
    async ({ client }) => {
      await client.endAsync(true);
      return true;
    },
    () => false,
  );

/** Logs in again and again, until it cannot any more. */
async function logInWhilePossible(clientId: string): Promise<void> {
  while (await admitted(clientId));
}

async function verify(...args: string[]) {
  const { code, stdout, stderr } = await sentinel(["audit", "verify", "--json", ...args], settings);
  const lines = stdout
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const { intact, holes, records } = lines.pop() ?? {};
  return { code, stderr, intact, holes, records, writers: lines as WriterReport[] };
}

describe("an auth replica that is killed in the middle of logins", () => {
  it("leaves an open chain, of which only what was on its way is missing", async () => {
    const logins = [...secrets.keys()].map(logInWhilePossible);
    await expect
      .poll(async () => (await readStream(operator, "AUDIT", "audit.auth.*")).length, soon)
      .toBeGreaterThan(60);
    auth.kill("SIGKILL");
    await auth.exited();
    await Promise.all(logins);

    await auth.start();
    expect(await admitted("pump-0")).toBe(true);
    auth.kill("SIGTERM");
    expect(await auth.exited()).toBe(0);

    const { code, intact, holes, writers, stderr } = await verify();
    expect(stderr).toBe("");
    expect({ code, intact, holes }).toEqual({ code: 0, intact: true, holes: 0 });
    const [killed, next] = writers;
    expect(writers).toHaveLength(2);
    expect(killed).toMatchObject({ state: "open", firstSequence: 0, missing: 0, altered: 0 });
    expect(next).toMatchObject({ state: "closed", records: 3, lastSequence: 2 });
    // What is stored and what is said to be missing are all numbers up to the last one stored.
    const { records = 0, missingAtEnd = 0, lastSequence = 0 } = killed ?? {};
    expect(records + missingAtEnd).toBe(lastSequence + 1);
    const said = (await sentinel(["audit", "verify"], settings)).stdout;
    expect(said).toMatch(/^auth-1-[0-9a-f]{16} +\d+ records, 0 to \d+, open since 20/m);
    expect(said).toMatch(/^intact: \d+ records of 2 writers$/m);
    await auth.start();
  });
});

describe("a change of the registry", () => {
  const changesOf = async (clientId: string) =>
    (await readStream(operator, "AUDIT", `audit.registry.${clientId}`)).map((message) =>
      JSON.parse(message.payload),
    );

  it("is announced and told with who made it, in a chain of its own", async () => {
    const { code } = await sentinel(["devices", "revoke", "--yes", "pump-1"], settings);
    expect(code).toBe(0);

    const [announced, made, ...more] = await changesOf("pump-1");

    expect(more).toEqual([]);
    const actor = { user: { name: "olga" } };
    expect(announced).toMatchObject({ class_uid: 3004, status: "Requested", actor });
    expect(made).toMatchObject({
      status: "Success",
      actor,
      entity: { uid: "pump-1", version: "2" },
    });
    expect(made.metadata.correlation_uid).toBe(announced.metadata.correlation_uid);
    const { intact, writers } = await verify();
    expect(intact).toBe(true);
    expect(writers.at(-1)).toMatchObject({ state: "closed", records: 4 });
    expect(writers.at(-1)?.writer).toMatch(/^sentinel-/);
  });

  it("is listed, the newest first, of one device and in pages", async () => {
    const of = ["--client", "pump-1", "--kind", "registry"];
    const list = (...more: string[]) => sentinel(["audit", "list", ...of, ...more], settings);
    const parsed = (text: string) =>
      text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const whole = parsed((await list("--json")).stdout);
    expect(whole.map(({ what, outcome, who }) => [what, outcome, who])).toEqual([
      ["revoked", "Success", "olga"],
      ["revoked", "Requested", "olga"],
    ]);
    const { stdout, stderr, code } = await list("--limit", "1");
    expect(stdout).toMatch(/^TIME .+\n20\S+Z +registry +pump-1 +revoked +Success +olga\n$/);
    const [, after = ""] = /--after (\d+)/.exec(stderr) ?? [];
    expect(parsed((await list("--json", "--after", after)).stdout)).toEqual(whole.slice(1));
    expect(code).toBe(0);
  });

  it("is not made while AUDIT takes nothing", async () => {
    const provision = await connectAs(region, streamMaker("AUDIT"));
    const { streams } = await jetstreamManager(provision);
    const definition = streamDefinitions(defaultScale).find((each) => each.name === "AUDIT");
    const { messages } = (await streams.info("AUDIT")).state;
    await streams.update("AUDIT", { ...definition, discard: "new", max_msgs: messages });

    const refused = await sentinel(["devices", "revoke", "--yes", "pump-2"], settings);

    await streams.update("AUDIT", { ...definition, discard: "old", max_msgs: -1 });
    await provision.close();
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("AUDIT cannot be written");
    expect(refused.stderr).toContain("nothing more was changed");
    // What auth could not store meanwhile it tries again now and then: only then it admits.
    await expect.poll(() => admitted("pump-2"), soon).toBe(true);
    expect(await verify()).toMatchObject({ code: 0, intact: true, holes: 0 });
  });
});

describe("an export", () => {
  const whole = join(directory, "audit.jsonl.gz");
  const linesOf = () => gunzipSync(readFileSync(whole)).toString().trim().split("\n");
  /** The export with its lines changed, and numbered as a stream would that had taken just these. */
  function rewritten(name: string, lines: readonly string[]): string {
    const path = join(directory, name);
    const numbered = lines.map((line, i) =>
      JSON.stringify({ ...JSON.parse(line), sequence: i + 1 }),
    );
    writeFileSync(path, gzipSync(`${numbered.join("\n")}\n`));
    return path;
  }
  /** Index of a login in the middle of the killed writer's chain. */
  const loginIn = (lines: readonly string[]) =>
    lines.findIndex((line) => JSON.parse(line).event.unmapped.chain.sequence === 20);

  beforeAll(async () => {
    const { code, stderr } = await sentinel(["audit", "export", "--out", whole], settings);
    expect(stderr).toMatch(/^done: \d+ records/);
    expect(code).toBe(0);
  });

  it("can be verified without the stream, and is as intact", async () => {
    const { code, intact, records } = await verify("--file", whole);

    expect({ code, intact, records }).toEqual({ code: 0, intact: true, records: linesOf().length });
  });

  it("is written once, and to standard output where no file is named", async () => {
    const again = await sentinel(["audit", "export", "--out", whole], settings);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("exists already") });

    const { stdout } = await sentinel(["audit", "export"], settings);
    expect(stdout.trim().split("\n").slice(0, linesOf().length)).toEqual(linesOf());
  });

  it("that lacks a record is broken, whether or not the stream's numbers show it", async () => {
    const lines = linesOf();
    const less = lines.toSpliced(loginIn(lines), 1);
    const shows = join(directory, "shows.jsonl");
    writeFileSync(shows, less.join("\n"));

    const hidden = await verify("--file", rewritten("hidden.jsonl.gz", less));

    expect(hidden).toMatchObject({ code: 1, intact: false, holes: 0 });
    expect(hidden.writers[0]).toMatchObject({ missing: 1, altered: 0 });
    expect(await verify("--file", shows)).toMatchObject({ code: 1, holes: 1 });
  });

  it("with an altered record is broken, and says which", async () => {
    const lines = linesOf();
    const at = loginIn(lines);
    const altered = lines.with(at, lines[at]?.replace("127.0.0.1", "203.0.113.9") ?? "");

    const { code, writers } = await verify("--file", rewritten("altered.jsonl.gz", altered));

    expect(code).toBe(1);
    expect(writers[0]).toMatchObject({
      missing: 0,
      altered: 1,
      alteredSequences: [{ first: 20, last: 20 }],
    });
  });

  it("of a range is intact: what came before it is not missing", async () => {
    const lines = linesOf();
    const from = JSON.parse(lines[Math.floor(lines.length / 3)] ?? "").stored;
    const path = join(directory, "range.jsonl");
    expect(
      (await sentinel(["audit", "export", "--from", from, "--out", path], settings)).code,
    ).toBe(0);

    const { code, writers } = await verify("--file", path);

    expect(code).toBe(0);
    expect(writers[0]?.firstSequence).toBeGreaterThan(0);
    expect(await verify("--from", from)).toMatchObject({ code: 0, intact: true });
    expect(await verify("--to", from)).toMatchObject({ code: 0, intact: true });
    expect(await verify("--from", "2099-01-01")).toMatchObject({ code: 0, records: 0 });
  });

  it("that is cut off or absent cannot be read, and a wrong call is told apart", async () => {
    const cut = join(directory, "cut.jsonl.gz");
    writeFileSync(cut, readFileSync(whole).subarray(0, 400));

    for (const path of [cut, "/absent.jsonl"]) {
      const { code, stderr } = await verify("--file", path);
      expect(code).toBe(1);
      expect(stderr).toContain(`cannot read ${path}`);
    }
    expect((await verify("--file", whole, "--from", "2026-01-01")).code).toBe(2);
    expect((await verify("--from", "yesterday")).code).toBe(2);
    expect((await verify("--from", "2026-02-01", "--to", "2026-01-01")).code).toBe(2);
  });
});
