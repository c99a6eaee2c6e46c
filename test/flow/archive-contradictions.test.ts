/** Whoever has the NATS servers in his hands cannot make AUDIT and its archive fit together again. */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createArchiveMetrics } from "../../app/archive/archive-metrics.ts";
import { Archiver, type ArchiverOptions } from "../../app/archive/archiver.ts";
import { AuditStream } from "../../app/archive/audit-stream.ts";
import { placeOf } from "../../app/audit/archive/archive-name.ts";
import { testKeys, testSigners } from "../../app/audit/audit-keys.fixture.ts";
import { chainedRecords } from "../../app/audit/chain.fixture.ts";
import { headers } from "../../app/contract/headers.ts";
import { setUpMoto } from "../../app/registry/moto.fixture.ts";
import { createLog } from "../../app/shared/log.ts";
import { createMetrics } from "../../app/shared/metrics.ts";
import type { Region } from "../../local/region.ts";
import { archiveRegion, startBucket } from "../support/archive-process.ts";
import { type Loot, startDoctoredAudit } from "../support/doctored-audit.ts";
import { startTestRegion } from "../support/test-region.ts";

const withoutMoto = setUpMoto();
if (withoutMoto !== undefined) process.stderr.write(`skipped: ${withoutMoto}\n`);

const loot = (logins: number): Loot[] =>
  chainedRecords({ logins }).map(({ subject, body, head }) => ({
    subject,
    body: Buffer.from(body).toString(),
    headers: { [headers.signature]: head.signature },
  }));

describe.skipIf(withoutMoto !== undefined)("an archive whose AUDIT does not fit any more", () => {
  let region: Region;
  let bucket: Awaited<ReturnType<typeof startBucket>>;
  let doctored: Awaited<ReturnType<typeof startDoctoredAudit>>;
  /** Milliseconds by which time has gone on. */
  let later = 0;

  beforeAll(async () => {
    const none = { bridges: 0, inspectors: 0, auths: 0, edges: 0 };
    region = await startTestRegion({ core: 1, ...none });
    const password = readFileSync(region.secrets.passwordFile("operator"), "utf8").trim();
    doctored = await startDoctoredAudit(region, password);
    bucket = await startBucket(region.directory);
  }, 60_000);
  afterAll(async () => {
    await doctored?.stop();
    await bucket?.stop();
    await region?.stop();
  });

  function archiver(delta: Partial<ArchiverOptions> = {}) {
    const metrics = createArchiveMetrics(createMetrics("archive", "archive-1"), Date.now);
    const made = new Archiver({
      ...{ region: archiveRegion, archive: bucket.archive, metrics },
      keys: { signer: testSigners.archive, ring: testKeys },
      stream: new AuditStream(doctored.connection),
      log: createLog("test", "silent"),
      clock: () => Date.now() + later,
      ...{ waitMs: 0, most: 5, gapMs: 60_000, ...delta },
    });
    const found = async (kind: string) =>
      (await metrics.contradictions.get()).values.find(({ labels }) => labels.kind === kind)?.value;
    return { step: () => made.step(), found };
  }
  const names = async () => {
    const all: string[] = [];
    for await (const name of bucket.archive.names(`${archiveRegion}/`)) all.push(name);
    return all;
  };
  async function archiveAll({ step }: { step: () => Promise<boolean> }) {
    while (await step());
  }

  it("goes on with one that was made anew, in a place of its own, and says so", async () => {
    await doctored.store(loot(12));
    await archiveAll(archiver());
    const before = await names();
    await doctored.store(loot(6));

    const next = archiver();
    await archiveAll(next);

    expect(await next.found("stream-made-anew")).toBeGreaterThan(0);
    const added = (await names()).filter((name) => !before.includes(name)).map(placeOf);
    expect(added.map((place) => place?.first)).toEqual([1, 6]);
    expect(new Set((await names()).map((name) => placeOf(name)?.stream)).size).toBe(2);
  });

  it("archives nothing more once AUDIT ends before what is archived", async () => {
    const { server, storeDirectory } = doctored;
    const older = join(region.directory, "older");
    await server.stop();
    cpSync(storeDirectory, older, { recursive: true });
    await server.start();
    const [first] = loot(0);
    const { connection } = doctored;
    await vi.waitFor(() => connection.request(first?.subject ?? "", first?.body), {
      timeout: 60_000,
    });
    await archiveAll(archiver());
    const before = await names();
    // The disk as it was.
    await server.stop();
    rmSync(storeDirectory, { recursive: true });
    cpSync(older, storeDirectory, { recursive: true });
    await server.start();
    await vi.waitFor(() => connection.flush(), { timeout: 60_000 });

    const next = archiver();
    await expect(next.step()).rejects.toThrow(/AUDIT ends with 8, and record 9 is archived/);
    expect(await next.found("stream-ends-before")).toBe(0);
    later += 31_000;
    await expect(next.step()).rejects.toThrow(/AUDIT ends with 8/);

    expect(await next.found("stream-ends-before")).toBe(1);
    expect(await names()).toEqual(before);
  });

  it("nor when AUDIT has gone on from there with other records", async () => {
    const [first] = loot(0);
    const before = await names();
    for (let i = 0; i < 3; i++) {
      await doctored.connection.request(first?.subject ?? "", `{"other":${i}}`);
    }

    const next = archiver();
    await expect(next.step()).rejects.toThrow(/record 9 of AUDIT is not what was archived/);

    expect(await next.found("stream-differs")).toBe(1);
    expect(await names()).toEqual(before);
  });

  it("does not go on from an object that it has not made", async () => {
    const last = (await names()).at(-1) ?? "";
    const planted = last.replace(/\d{16}-/, "0000000000000099-");
    expect(await bucket.archive.add(planted, await bucket.archive.read(last))).toBe(true);

    const next = archiver();
    await expect(next.step()).rejects.toThrow(/misnamed/);

    expect(await next.found("archive-not-ours")).toBe(1);
  });
});
