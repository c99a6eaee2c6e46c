/** AUDIT is copied into a bucket, once and whole, whatever dies meanwhile; and what was changed there shows. */
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { archiveObject } from "../../app/audit/archive/archive-object.ts";
import { newSigner } from "../../app/audit/audit-keys.fixture.ts";
import { parseExportLine, type StoredRecord } from "../../app/audit/stored-record.ts";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { setUpMoto } from "../../app/registry/moto.fixture.ts";
import { jetstreamManager, type NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import {
  archiveProcess,
  archiveRegion,
  archiveUrl,
  startBucket,
} from "../support/archive-process.ts";
import { startAuditWriter } from "../support/audit-writer.ts";
import { type Loot, lootOf, startDoctoredAudit } from "../support/doctored-audit.ts";
import { metricOf } from "../support/metric.ts";
import { connectAs } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const withoutMoto = setUpMoto();
if (withoutMoto !== undefined) process.stderr.write(`skipped: ${withoutMoto}\n`);

const soon = { timeout: 60_000, interval: 100 };
/** Small objects, so that there are many. */
const quick = { ARCHIVE_SECONDS: "1", ARCHIVE_RECORDS: "100" };

describe.skipIf(withoutMoto !== undefined)("the archive of AUDIT", () => {
  let region: Region;
  let bucket: Awaited<ReturnType<typeof startBucket>>;
  let archive: Awaited<ReturnType<typeof archiveProcess>>;
  let auth: NatsConnection;
  let operator: NatsConnection;
  let settings: Record<string, string>;
  const directory = mkdtempSync(join(tmpdir(), "sentinel-archive-"));

  beforeAll(async () => {
    const none = { bridges: 0, inspectors: 0, auths: 0, edges: 0 };
    region = await startTestRegion({ core: 3, ...none });
    bucket = await startBucket(region.directory);
    archive = await archiveProcess(region, bucket.endpoint, quick);
    auth = await connectAs(region, "auth");
    operator = await connectAs(region, "operator");
    settings = {
      NATS_SERVERS: region.endpoints.natsServers.join(","),
      NATS_CA_FILE: region.certificates.caFile,
      OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
      AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
      ...bucket.settings,
    };
  }, 120_000);
  afterAll(async () => {
    rmSync(directory, { recursive: true, force: true });
    await Promise.all([auth?.close(), operator?.close()]);
    await archive?.stop();
    await bucket?.stop();
    await region?.stop();
  });

  const lastStored = async () => {
    const { streams } = await jetstreamManager(operator, { checkAPI: false });
    return (await streams.info("AUDIT")).state.last_seq;
  };
  async function archivedObjects(): Promise<string[]> {
    const names: string[] = [];
    for await (const name of bucket.archive.names(`${archiveRegion}/`)) names.push(name);
    return names;
  }

  async function verify(place: string, ...more: string[]) {
    const args = ["audit", "verify", "--json", "--archive", place, ...more];
    const { code, stdout, stderr } = await sentinel(args, settings);
    const lines = stdout.trim().split("\n").filter(Boolean);
    const said = lines.map((line) => JSON.parse(line));
    const whole = said.pop() ?? {};
    const faults = said.filter((each) => "code" in each);
    const records = said.findLast((each) => "records" in each && !("writer" in each))?.records;
    return { code, stderr, whole, records, faults, codes: faults.map((each) => each.code) };
  }

  /** Waits until everything that AUDIT has is archived, and verifies it. */
  async function archivedWhole() {
    const last = await lastStored();
    await vi.waitFor(async () => {
      const { records, whole } = await verify(archiveUrl, "--live");
      expect({ records, same: whole.live?.same }).toEqual({ records: last, same: last });
    }, soon);
    return verify(archiveUrl, "--live");
  }

  it("has each record once, though the process is killed again and again in the middle", async () => {
    const writer = startAuditWriter(region, auth);
    await archive.start();
    for (let kills = 0; kills < 4; kills++) {
      const before = (await archivedObjects()).length;
      writer.write(700);
      await vi.waitFor(async () => {
        expect((await archivedObjects()).length).toBeGreaterThan(before);
      }, soon);
      archive.kill("SIGKILL");
      await archive.exited();
      await archive.start();
    }
    expect(await writer.close()).toEqual([]);

    const { code, faults, whole, records } = await archivedWhole();

    expect({ code, faults, intact: whole.intact }).toEqual({ code: 0, faults: [], intact: true });
    expect(records).toBe(4 * 700 + 2);
    expect(whole.live).toMatchObject({ missing: 0, different: 0, notArchived: 0, madeAnew: false });
    // Nothing was ever written a second time.
    expect(await bucket.versions()).toBe((await archivedObjects()).length);
  });

  it("catches up after a time without the bucket, and says meanwhile how long records wait", async () => {
    const writer = startAuditWriter(region, auth);
    await bucket.emulator.suspend();
    writer.write(300);
    await writer.close();
    const waiting = () => metricOf(archive, "sentinel_archive_waiting_seconds");
    await vi.waitFor(async () => expect(await waiting()).toBeGreaterThan(3), soon);
    await vi.waitFor(async () => {
      const failures = await metricOf(archive, "sentinel_archive_failures_total", { at: "store" });
      expect(failures).toBeGreaterThan(0);
    }, soon);
    bucket.emulator.resume();

    const { code, whole } = await archivedWhole();

    expect({ code, intact: whole.intact }).toEqual({ code: 0, intact: true });
    await vi.waitFor(async () => expect(await waiting()).toBe(0), soon);
    expect(await bucket.versions()).toBe((await archivedObjects()).length);
  });

  it("is verified by a person's words, and for a range", async () => {
    const said = await sentinel(["audit", "verify", "--archive", archiveUrl, "--live"], settings);
    expect(said.stdout).toMatch(/^intact: an archive of \d+ objects$/m);
    expect(said.stdout).toMatch(/^\d+ records are the same in AUDIT and in the archive$/m);

    const names = await archivedObjects();
    const last = await lastStored();
    const [middle] = recordsIn(await bucket.archive.read(names[names.length >> 1] ?? ""));
    const from = new Date(middle?.storedAt ?? 0).toISOString();
    const part = await verify(archiveUrl, "--from", from);
    expect(part).toMatchObject({ code: 0, faults: [] });
    expect(part.records).toBeGreaterThan(0);
    expect(part.records).toBeLessThan(last);
    expect((await verify("s3://only-a-bucket")).stderr).toContain("s3://<bucket>/<region>");
    expect((await verify("/nowhere")).stderr).toContain("cannot read /nowhere");
  });

  describe("a copy of it that was tampered with", () => {
    let names: string[];
    beforeAll(async () => {
      names = await bucket.copyTo(join(directory, "whole"));
    });
    /** A copy of the copy, to be changed. */
    function tampered(name: string, change: (at: (object: string) => string) => void) {
      const folder = join(directory, name);
      cpSync(join(directory, "whole"), folder, { recursive: true });
      change((object) => join(folder, object));
      return verify(folder);
    }
    const nth = (index: number) => names.at(index) ?? "";

    it("verifies as it is", async () => {
      expect(await tampered("same", () => {})).toMatchObject({ code: 0, faults: [] });
    });

    it("names an object whose records were changed", async () => {
      const { code, faults } = await tampered("altered", (at) => {
        const text = gunzipSync(readFileSync(at(nth(2)))).toString();
        writeFileSync(at(nth(2)), gzipSync(text.replace('"Authentication"', '"Authorization"')));
      });
      expect(code).toBe(1);
      expect(faults[0]).toMatchObject({ code: "altered", name: nth(2) });
    });

    it("names an object that is cut off, and one that is not of the archive", async () => {
      const { codes } = await tampered("cut", (at) => {
        writeFileSync(at(nth(2)), readFileSync(at(nth(2))).subarray(0, 500));
        writeFileSync(at(`${archiveRegion}/readme.txt`), "hello");
      });
      expect(codes).toContain("unreadable");
      expect(codes).toContain("foreign");
    });

    it("names what was signed by another, be it chained as well as can be", async () => {
      const { codes } = await tampered("signed", (at) => {
        const bytes = readFileSync(at(nth(2)));
        const head = JSON.parse(gunzipSync(bytes).toString().split("\n")[0] ?? "");
        const { region, stream, previous } = head;
        const records = recordsIn(bytes).map((record) => ({ ...record, signature: undefined }));
        const { signer } = newSigner();
        const forged = archiveObject(records, { region, stream, previous, signer });
        writeFileSync(at(nth(2)), forged.body);
      });
      expect(codes[0]).toBe("unsigned");
    });

    it("names the object after one that was taken out, and what is missing", async () => {
      const { code, faults } = await tampered("less", (at) => rmSync(at(nth(3))));
      expect(code).toBe(1);
      expect(faults.map((each) => [each.code, each.name])).toEqual([
        ["torn", nth(4)],
        ["records-missing", nth(4)],
      ]);
    });

    it("names an object in the place of another", async () => {
      const { codes } = await tampered("renamed", (at) => {
        renameSync(at(nth(3)), at(nth(3).replace(/\d{16}-/, "0000009999999999-")));
      });
      expect(codes).toContain("misnamed");
      expect(codes).toContain("torn");
    });
  });

  it("shows what was cut off from AUDIT, and a writer that was taken out as a whole", async () => {
    const password = readFileSync(region.secrets.passwordFile("operator"), "utf8").trim();
    const doctored = await startDoctoredAudit(region, password);
    try {
      const loot = await lootOf(operator);
      const writerOf = ({ body }: Loot) => JSON.parse(body).unmapped.chain.writer;
      const [first] = loot;
      const without = loot.filter((each) => writerOf(each) !== (first && writerOf(first)));
      for (const left of [loot.slice(0, -40), without]) {
        await doctored.store(left);
        const args = ["audit", "verify", "--json", "--archive", archiveUrl, "--live"];
        const { code, stdout } = await sentinel(args, { ...settings, NATS_SERVERS: doctored.url });
        const whole = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
        expect(code).toBe(1);
        expect(whole.live.madeAnew).toBe(true);
      }
    } finally {
      await doctored.stop();
    }
  });
});

/** The records of an object. */
function recordsIn(bytes: Uint8Array): StoredRecord[] {
  const [, ...lines] = gunzipSync(bytes).toString().trim().split("\n");
  return lines.flatMap((line) => parseExportLine(line) ?? []);
}
