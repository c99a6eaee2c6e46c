/**
 * Whoever has the NATS servers in his hands can delete AUDIT and store a doctored copy. He has none
 * of the writers' keys: what he changes shows.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { recordDigest } from "../../app/audit/chain-link.ts";
import type { WriterReport } from "../../app/audit/writer-check.ts";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { canonicalJson } from "../../app/shared/canonical-json.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import { dynamodbEnvironment } from "../../local/endpoints.ts";
import type { Region } from "../../local/region.ts";
import { startAuthProcess } from "../support/auth-process.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { type Loot, lootOf, startDoctoredAudit } from "../support/doctored-audit.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let operator: NatsConnection;
let doctored: Awaited<ReturnType<typeof startDoctoredAudit>>;
let settings: Record<string, string>;
let loot: Loot[];
const auths: Awaited<ReturnType<typeof startAuthProcess>>[] = [];
const directory = mkdtempSync(join(tmpdir(), "sentinel-attacks-"));
const patiently = { timeout: 180_000, interval: 200 };

const eventOf = ({ body }: Loot) => JSON.parse(body);
const linkOf = (each: Loot) => eventOf(each).unmapped.chain;
const writerOf = (each: Loot): string => linkOf(each).writer;
const headsIn = (all: readonly Loot[]): { writer: string; sequence: number }[] =>
  all.flatMap((each) => eventOf(each).unmapped.heads ?? []);

/** The killed replica, the other one, and the command line. */
let writers: { killed: string; witness: string; cli: string };

beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 3, edges: 1, syncInterval: "2m", ...none });
  for (const REPLICA of ["auth-1", "auth-2"]) {
    auths.push(await startAuthProcess(region, { REPLICA, AUDIT_HEADS_SECONDS: "1" }));
  }
  operator = await connectAs(region, "operator");
  const passwordFile = region.secrets.passwordFile("operator");
  settings = {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: passwordFile,
    AUDIT_KEY_FILE: region.secrets.auditKeyFile("operator"),
    AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
    SENTINEL_OPERATOR: "olga",
    ...dynamodbEnvironment(region.layout),
  };
  await makeHistory();
  doctored = await startDoctoredAudit(region, readFileSync(passwordFile, "utf8").trim());
});
afterAll(async () => {
  rmSync(directory, { recursive: true, force: true });
  await doctored?.stop();
  await operator?.close();
  for (const auth of auths) await auth.stop();
  await region?.stop();
});

/** Logins at two replicas and a revocation; then one replica is killed, after the other has heard of it. */
async function makeHistory(): Promise<void> {
  const secret = await registerDevice(region, "pump-1");
  await registerDevice(region, "pump-2");
  for (let i = 0; i < 15; i++) {
    const { client } = await connectDevice(region, { clientId: "pump-1", password: secret });
    await client.endAsync(true);
  }
  const { code, stderr } = await sentinel(["devices", "revoke", "--yes", "pump-2"], settings);
  expect({ code, stderr }).toMatchObject({ code: 0 });
  const seenOf = async (name: string) =>
    headsIn(await lootOf(operator)).some(({ writer }) => writer.startsWith(name));
  for (const name of ["auth-1", "auth-2", "sentinel-"]) {
    await vi.waitFor(async () => expect(await seenOf(name)).toBe(true), patiently);
  }
  auths[0]?.kill("SIGKILL");
  await auths[0]?.exited();
  const names = [...new Set((await lootOf(operator)).map(writerOf))];
  const named = (name: string) => names.find((each) => each.startsWith(name)) ?? "";
  writers = { killed: named("auth-1"), witness: named("auth-2"), cli: named("sentinel-") };
  const stopped = auths[1];
  stopped?.kill("SIGTERM");
  await stopped?.exited();
  loot = await lootOf(operator);
}

async function verify(messages: readonly Loot[], ...args: string[]) {
  await doctored.store(messages);
  const there = { ...settings, NATS_SERVERS: doctored.url };
  const { code, stdout } = await sentinel(["audit", "verify", "--json", ...args], there);
  const lines = stdout.trim().split("\n").filter(Boolean);
  const { intact, holes, vanished } = JSON.parse(lines.pop() ?? "{}");
  const reports = lines.map((line) => JSON.parse(line) as WriterReport);
  const of = (writer: string) => reports.find((report) => report.writer === writer);
  return { code, intact, holes, vanished, of, stdout };
}
/** What the verifier says to a person. */
const said = async () =>
  (await sentinel(["audit", "verify"], { ...settings, NATS_SERVERS: doctored.url })).stdout;
const without = (writer: string) => loot.filter((each) => writerOf(each) !== writer);
/** The message with another event, and the chain after it made anew. The signatures cannot be. */
function rechained(from: Loot, change: (event: Record<string, unknown>) => void): Loot[] {
  const writer = writerOf(from);
  const order = loot
    .filter((each) => writerOf(each) === writer)
    .sort((a, b) => linkOf(a).sequence - linkOf(b).sequence);
  const changed = new Map<Loot, Loot>();
  let previous: string | undefined;
  let begun = false;
  for (const each of order) {
    begun ||= each === from;
    const event = eventOf(each);
    if (each === from) change(event);
    else if (begun) event.unmapped.chain.previous = previous;
    const body = canonicalJson(event);
    changed.set(each, { ...each, body });
    previous = recordDigest(each.subject, body);
  }
  return loot.map((each) => changed.get(each) ?? each);
}

describe("a doctored copy of AUDIT", () => {
  it("that is true to the original is intact", async () => {
    const { code, of } = await verify(loot);

    expect(code).toBe(0);
    expect(of(writers.killed)).toMatchObject({ state: "open", forged: 0, missing: 0 });
    expect(of(writers.cli)).toMatchObject({ state: "closed", forged: 0 });
  });

  it("that lacks a whole writer is broken, and names it", async () => {
    for (const writer of [writers.killed, writers.cli]) {
      const { code, intact, holes, vanished } = await verify(without(writer));

      expect({ code, intact, holes }).toEqual({ code: 1, intact: false, holes: 0 });
      expect(vanished).toMatchObject([{ writer }]);
      expect(await said()).toContain(`${writer}: taken out as a whole; others saw its record`);
    }
  });

  it("whose open end was cut off is broken, and says what is missing", async () => {
    const seen = headsIn(loot).filter(({ writer }) => writer === writers.killed);
    const last = Math.max(...seen.map(({ sequence }) => sequence));
    const cut = loot.filter(
      (each) => writerOf(each) !== writers.killed || linkOf(each).sequence < last - 1,
    );

    const { code, holes, of } = await verify(cut);

    expect({ code, holes }).toEqual({ code: 1, holes: 0 });
    expect(of(writers.killed)).toMatchObject({
      missing: 2,
      gaps: [{ first: last - 1, last }],
    });
  });

  it("with a record that was changed, and the chain made anew from it, is broken", async () => {
    const login = loot.find(
      (each) => writerOf(each) === writers.killed && eventOf(each).class_uid === 3002,
    ) as Loot;
    const changed = rechained(login, (event) => {
      Object.assign(event, { status: "Failure", status_id: 2 });
    });

    const { code, of } = await verify(changed);

    expect(code).toBe(1);
    const report = of(writers.killed);
    expect(report).toMatchObject({ altered: 0 });
    expect(report?.forgedSequences).toMatchObject([{ first: linkOf(login).sequence }]);
    expect(await said()).toContain("not signed by this writer");
  });

  it("with a foreign record at an open end is broken", async () => {
    const own = loot
      .filter((each) => writerOf(each) === writers.killed)
      .sort((a, b) => linkOf(a).sequence - linkOf(b).sequence);
    const last = own.at(-1) as Loot;
    const event = eventOf(last);
    const sequence = linkOf(last).sequence + 1;
    Object.assign(event.unmapped.chain, {
      ...{ sequence, settled: sequence },
      previous: recordDigest(last.subject, last.body),
    });
    for (const headers of [{}, last.headers]) {
      const foreign = { ...last, headers, body: canonicalJson(event) };

      const { code, of } = await verify([...loot, foreign]);

      expect(code).toBe(1);
      expect(of(writers.killed)).toMatchObject({
        forged: 1,
        forgedSequences: [{ first: sequence, last: sequence }],
      });
    }
  });

  it("of which all writers were cut off at once is broken beside an earlier report", async () => {
    const anchors = join(directory, "earlier.jsonl");
    writeFileSync(anchors, (await verify(loot)).stdout);
    const early = loot.slice(0, 8);

    const { code, vanished, of } = await verify(early, "--anchors", anchors);

    expect(code).toBe(1);
    expect(vanished).toMatchObject([{ writer: writers.cli }]);
    expect(of(writers.killed)?.missing).toBeGreaterThan(0);
    expect(await verify(loot, "--anchors", anchors)).toMatchObject({ code: 0 });
  });
});

it("an export carries the signatures: it is verified without the stream, doctored or not", async () => {
  await doctored.store(loot);
  const there = { ...settings, NATS_SERVERS: doctored.url };
  const path = join(directory, "export.jsonl");
  expect((await sentinel(["audit", "export", "--out", path], there)).code).toBe(0);
  const lines = readFileSync(path, "utf8").trim().split("\n");
  const stripped = join(directory, "stripped.jsonl");
  writeFileSync(
    stripped,
    lines.map((line) => JSON.stringify({ ...JSON.parse(line), signature: undefined })).join("\n"),
  );
  const offline = { AUDIT_KEYS_FILE: region.secrets.auditKeysFile };

  expect(await sentinel(["audit", "verify", "--file", path], offline)).toMatchObject({ code: 0 });
  expect(await sentinel(["audit", "verify", "--file", stripped], offline)).toMatchObject({
    code: 1,
  });
  const none = await sentinel(["audit", "verify", "--file", path], {});
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("AUDIT_KEYS_FILE") });
});
