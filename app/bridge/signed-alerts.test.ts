/** What a publisher signed an alert with is in INGRESS as it came, whichever bridge stores the alert. */
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { parseSignature } from "../contract/alert-signature.ts";
import { openPublisher } from "../publisher/publisher.ts";

let fixture: IngressFixture;
let folder: string;

beforeAll(async () => {
  fixture = await IngressFixture.start();
  folder = mkdtempSync(join(tmpdir(), "sentinel-signed-"));
});
afterAll(async () => {
  await fixture?.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(() => fixture.release());

const signature = `v1;kid=desk-1;t=1800000000000;sig=${"A".repeat(86)}`;
const alert = '{"alarm":"door open"}';

/** Of each alert in INGRESS for a client, what is there of its signature. */
const signaturesOf = async (client: string) => {
  const stored = await fixture.stored("INGRESS", (subject) => subject.endsWith(`.${client}`));
  return stored.map(({ header }) => header("Sentinel-Alert-Signature"));
};
const arrived = (client: string, wanted: readonly string[]) =>
  vi.waitFor(async () => expect(await signaturesOf(client)).toEqual(wanted), within);

async function publish(client: string, own: Record<string, string | string[]>): Promise<void> {
  const sender = await fixture.publisher();
  const properties = { userProperties: { "alert-id": "1", ...own } };
  await sender.publishAsync(`clients/${client}/alerts`, alert, { qos: 1, properties });
}

it("both bridges store it alike", async () => {
  const first = await fixture.bridge("bridge-1");
  await publish("alike", { "sentinel-signature": signature });
  await arrived("alike", [signature]);
  await first.drain();
  await fixture.bridge("bridge-2");
  await publish("alike", { "sentinel-signature": signature });
  await publish("alike", { "alert-id": "2", "sentinel-signature": signature });
  await arrived("alike", [signature, signature]);
});

it("one that cannot be read is told from none", async () => {
  await fixture.bridge("bridge-1");
  await publish("none", {});
  await arrived("none", [""]);
  await publish("twice", { "sentinel-signature": [signature, signature] });
  await arrived("twice", ["unreadable"]);
  await publish("long", { "sentinel-signature": "x".repeat(60_000) });
  await arrived("long", ["unreadable"]);
});

it("the library signs each alert when it sends it", async () => {
  await fixture.bridge("bridge-1");
  const { privateKey } = generateKeyPairSync("ed25519");
  const signingKey = join(folder, "key.pem");
  writeFileSync(signingKey, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
  const { certificates, secrets, endpoints } = fixture.region;
  const startedMs = Date.now();
  const publisher = await openPublisher({
    url: endpoints.upstreamUrl,
    username: "publisher",
    password: readFileSync(secrets.upstreamPasswordFile("publisher"), "utf8"),
    ca: readFileSync(certificates.caFile),
    journal: join(folder, "journal"),
    ...{ signingKey, keyId: "desk-1", region: "local" },
  });
  const { confirmed } = await publisher.publish("library", alert);
  await confirmed;
  await publisher.close();
  const [given = ""] = await signaturesOf("library");
  const parsed = parseSignature(given);
  expect(parsed?.keyId).toBe("desk-1");
  expect(parsed?.signedMs).toBeGreaterThanOrEqual(startedMs);
  expect(parsed?.signedMs).toBeLessThanOrEqual(Date.now());
});
