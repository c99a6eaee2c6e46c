import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createLog } from "../shared/log.ts";
import { AuditChain } from "./audit-chain.ts";
import { AuditKeyRing } from "./audit-key-ring.ts";
import { newKeyPair, newSigner, testKeyFile } from "./audit-keys.fixture.ts";
import { AuditOutbox } from "./audit-outbox.ts";
import type { AuditRecord } from "./audit-record.ts";
import { auditSigner } from "./audit-signer.ts";
import { AuditVerifier } from "./audit-verifier.ts";
import { stored } from "./chain.fixture.ts";
import { RenewedAuditKeys } from "./renewed-audit-keys.ts";

const within = { timeout: 60_000, interval: 50 };
const complaints: unknown[] = [];
const log = Object.assign(createLog("test", "silent"), {
  error: (what: unknown) => void complaints.push(what),
});
const [first, second] = [newKeyPair(), newKeyPair()];
const keysOf = (...pairs: { publicKey: string }[]) => ({
  keys: pairs.map(({ publicKey }) => ({ signer: "auth" as const, publicKey })),
});

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-keys-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

function files() {
  const [AUDIT_KEY_FILE, AUDIT_KEYS_FILE] = [join(directory, "key.pem"), join(directory, "keys")];
  const writeKey = (pem: string) => writeFileSync(AUDIT_KEY_FILE, pem);
  const writeKeys = (value: object) => writeFileSync(AUDIT_KEYS_FILE, JSON.stringify(value));
  writeKey(first.privateKey);
  writeKeys(keysOf(first));
  return { writeKey, writeKeys, paths: { AUDIT_KEY_FILE, AUDIT_KEYS_FILE } };
}

it("are taken when both files fit, whichever came first, and not before", async () => {
  const { writeKey, writeKeys, paths } = files();
  const keys = new RenewedAuditKeys(paths, "auth");
  const signing: string[] = [];
  const end = keys.follow(({ keyId }) => signing.push(keyId), log);
  const inUse = () => signing.at(-1);

  // The public half first: a look between the two finds nothing wrong.
  writeKeys(keysOf(first, second));
  writeKey(second.privateKey);
  await expect.poll(inUse, within).toBe(auditSigner(second.privateKey).keyId);

  // What nobody would believe is never signed with.
  const [stranger, third] = [newKeyPair(), newKeyPair()];
  writeKey(stranger.privateKey);
  await expect.poll(() => complaints, within).toHaveLength(1);
  expect(keys.signer.keyId).toBe(auditSigner(second.privateKey).keyId);
  writeKeys(keysOf(first, second, third));
  writeKey(third.privateKey);
  await expect.poll(inUse, within).toBe(auditSigner(third.privateKey).keyId);
  expect(signing).toHaveLength(2);
  end();
});

it("go on in a chain of their own, and both chains are whole and closed", async () => {
  const [former, renewed] = [newSigner(), newSigner()];
  const records: AuditRecord[] = [];
  const chainBy = (signer: typeof former.signer) =>
    new AuditChain({ kind: "auth", name: "auth-1", signer, clock: Date.now });
  const held: (() => void)[] = [];
  const outbox = new AuditOutbox({
    chain: chainBy(former.signer),
    store: (record) =>
      new Promise((resolve) =>
        held.push(() => {
          records.push(record);
          resolve();
        }),
      ),
    ...{ limit: 100, oldestMs: 60_000, inFlight: 100, clock: Date.now },
  });
  const store = async () => {
    while (held.length > 0) {
      for (const each of held.splice(0)) each();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const draft = () => outbox.tellHeads([]);
  outbox.begin();
  draft();
  // Two are on their way while the key changes, and one comes after.
  outbox.renew(chainBy(renewed.signer));
  draft();
  await store();
  expect(outbox.takeEndedHeads()).toHaveLength(1);
  expect(outbox.takeEndedHeads()).toEqual([]);
  const drained = outbox.drain(10_000);
  await expect.poll(() => held.length, within).toBe(1);
  await store();
  expect(await drained).toEqual([]);

  const verifier = new AuditVerifier(
    new AuditKeyRing({ keys: [...testKeyFile.keys, ...keysOf(former, renewed).keys] }),
  );
  for (const record of stored(records)) verifier.add(record);
  const { intact, writers } = verifier.report();
  expect(intact).toBe(true);
  expect(writers.map(({ state, records: count }) => [state, count])).toEqual([
    ["closed", 3],
    ["closed", 3],
  ]);
});
