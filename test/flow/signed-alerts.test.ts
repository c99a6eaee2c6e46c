/**
 * Publishers sign their alerts: by a region's own broker and bridges, what is not as it was signed is held
 * where that is required, told where it is to be tagged, and passes where nobody asks.
 */
import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { signatureText, signedBytes } from "../../app/contract/alert-signature.ts";
import { headers } from "../../app/contract/headers.ts";
import { payloadSha256 } from "../../app/contract/message-id.ts";
import { subjects, topics } from "../../app/contract/subjects.ts";
import { openPublisher, type Publisher } from "../../app/publisher/publisher.ts";
import { connectPublisher, type Inbox } from "../support/clients.ts";
import { eventually, InspectionFixture } from "../support/inspection.ts";
import { metricOf } from "../support/metric.ts";

const bridges = ["bridge-1", "bridge-2"] as const;
const devices = ["signed", "other", "tagged", "free", "late"];
const minute = 60_000;

let fixture: InspectionFixture;
let folder: string;
let raw: Inbox;
const received = new Map<string, string[]>();

const file = (name: string) => join(folder, name);
const keys = (...args: string[]) => operate("publishers", "keys", ...args);

async function operate(...args: string[]): Promise<string> {
  const env = ["--env-file", join(fixture.region.directory, "operator.env")];
  const { code, stdout, stderr } = await sentinel([...env, ...args], { SENTINEL_OPERATOR: "eve" });
  if (code !== 0) throw new Error(`${args.join(" ")}: ${stderr}`);
  return stdout;
}

async function addKey(id: string): Promise<void> {
  await keys("new", "--out", file(`${id}.pem`));
  const pub = ["--public-key", file(`${id}.pem.pub`)];
  await keys("add", id, "--publisher", "desk", ...pub);
}

beforeAll(async () => {
  fixture = await InspectionFixture.start({ bridges: 2 });
  folder = mkdtempSync(join(tmpdir(), "sentinel-signed-alerts-"));
  await fixture.register(devices);
  for (const id of devices) {
    const device: MqttClient = await fixture.device(id);
    received.set(id, []);
    device.on("message", (_topic, payload) => received.get(id)?.push(payload.toString()));
    await device.subscribeAsync(topics.alerts(id));
  }
  raw = await connectPublisher(fixture.region);
  for (const id of ["desk-1", "desk-2"]) await addKey(id);
  await keys("new", "--out", file("stranger.pem"));
});
afterAll(async () => {
  await raw?.client.endAsync(true);
  await fixture?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Publishes by the library, and waits until it is confirmed. */
async function publishSigned(client: string, payload: string, keyId = "desk-1"): Promise<void> {
  const { certificates, endpoints, secrets } = fixture.region;
  const publisher: Publisher = await openPublisher({
    url: endpoints.upstreamUrl,
    username: "publisher",
    password: readFileSync(secrets.upstreamPasswordFile("publisher"), "utf8"),
    ca: readFileSync(certificates.caFile),
    journal: file(`journal-${keyId}`),
    ...{ signingKey: file(`${keyId}.pem`), keyId, region: "local" },
  });
  const { confirmed } = await publisher.publish(client, payload);
  await confirmed;
  await publisher.close();
}

interface Said {
  readonly client: string;
  readonly payload: string;
  readonly alertId?: string;
  readonly signature?: string | string[];
}

/** Publishes what it is told, be it true or not. */
async function publish({ client, payload, alertId, signature }: Said): Promise<void> {
  const userProperties = {
    ...(alertId !== undefined && { "alert-id": alertId }),
    ...(signature !== undefined && { "sentinel-signature": signature }),
  };
  // MQTT.js writes no packet of an empty object.
  const own = Object.keys(userProperties).length > 0 ? { properties: { userProperties } } : {};
  await raw.client.publishAsync(topics.alerts(client), payload, { qos: 1, ...own });
}

/** What the holder of a key says of an alert. */
function signatureOf(
  { client, payload, alertId = "" }: Said,
  how: {
    readonly key?: string;
    readonly keyId?: string;
    readonly agoMs?: number;
    readonly region?: string;
  } = {},
): string {
  const { key = "desk-1", agoMs = 0, region = "local" } = how;
  const { keyId = key } = how;
  const signedMs = Date.now() - agoMs;
  const hash = payloadSha256(Buffer.from(payload));
  const topic = topics.alerts(client);
  const about = { region, topic, alertId, keyId, signedMs, payloadSha256: hash };
  const pem = createPrivateKey(readFileSync(file(`${key}.pem`)));
  return signatureText({ keyId, signedMs, signature: sign(null, signedBytes(about), pem) });
}

const held = (client: string) =>
  fixture.stored("QUARANTINE", (each) => each === subjects.quarantine("upstream", client));
const passed = (client: string) =>
  fixture.stored("MQTT_ALERTS", (each) => each === subjects.alerts(client));
const textsOf = (client: string) => received.get(client) ?? [];
const reaches = (client: string, payload: string) =>
  eventually(
    () => textsOf(client),
    (texts) => texts.includes(payload),
  );

async function isHeldFor(client: string, payload: string, rule: string): Promise<void> {
  const [message] = await eventually(
    async () => (await held(client)).filter(({ text }) => text === payload),
    (found) => found.length > 0,
  );
  expect(message?.header(headers.findings)).toBe(rule);
  expect(message?.header(headers.verdict)).toBe("quarantine");
  expect(textsOf(client)).not.toContain(payload);
}

describe("where signatures are required", () => {
  beforeAll(() => fixture.inspector("inspector-1", { SIGNATURES: "require" }).then(() => {}));
  afterAll(() => fixture.endInspectors());

  it("a signed alert passes, whichever key of its publisher is used, and once when it is published twice", async () => {
    await publishSigned("signed", '{"n":1}');
    await publishSigned("signed", '{"n":2}', "desk-2");
    const said = { client: "signed", payload: '{"n":3}', alertId: "3" };
    const signature = signatureOf(said);
    for (let n = 0; n < 3; n++) await publish({ ...said, signature });
    await publish({ ...said, signature: signatureOf(said, { agoMs: 109 * minute }) });
    await publishSigned("signed", '{"n":4}');
    await reaches("signed", '{"n":4}');
    expect(textsOf("signed")).toEqual(['{"n":1}', '{"n":2}', '{"n":3}', '{"n":4}']);
    const verdicts = (await passed("signed")).map(({ header }) => header(headers.verdict));
    expect(new Set(verdicts)).toEqual(new Set(["allow"]));
  });

  const good: Said = { client: "signed", payload: '{"alarm":"door open"}', alertId: "door-1" };
  it.each<[string, () => Said, string]>([
    [
      "altered",
      () => ({ ...good, payload: '{"alarm":"door shut"}', signature: signatureOf(good) }),
      "signature-invalid",
    ],
    [
      "sent on to another device",
      () => ({ ...good, client: "other", signature: signatureOf(good) }),
      "signature-invalid",
    ],
    [
      "published again under another id",
      () => ({ ...good, alertId: "door-2", signature: signatureOf(good) }),
      "signature-invalid",
    ],
    [
      "published again after its id is forgotten",
      () => ({ ...good, alertId: "door-3", payload: '{"old":1}' }),
      "signature-expired",
    ],
    [
      "signed by a stranger",
      () => ({ ...good, payload: '{"by":"stranger"}' }),
      "signature-key-unknown",
    ],
    [
      "signed by a stranger in somebody's name",
      () => ({ ...good, payload: '{"by":"forger"}' }),
      "signature-invalid",
    ],
    [
      "signed for another region's broker",
      () => ({ ...good, payload: '{"for":"another"}' }),
      "signature-invalid",
    ],
    ["not signed", () => ({ ...good, payload: '{"by":"nobody"}' }), "signature-missing"],
    [
      "signed twice",
      () => ({ ...good, payload: '{"twice":1}', signature: [signatureOf(good), "x"] }),
      "signature-malformed",
    ],
    [
      "signed without an id",
      () => ({ client: "signed", payload: '{"no":"id"}' }),
      "signature-malformed",
    ],
  ])("an alert that is %s is held, with the reason", async (what, make, rule) => {
    const said = make();
    const by = {
      "published again after its id is forgotten": { agoMs: 111 * minute },
      "signed by a stranger": { key: "stranger" },
      "signed by a stranger in somebody's name": { key: "stranger", keyId: "desk-1" },
      "signed for another region's broker": { region: "eu-west" },
      "signed without an id": {},
    }[what];
    await publish(by ? { ...said, signature: signatureOf(said, by) } : said);
    await isHeldFor(said.client, said.payload, rule);
  });

  it("what was held is told, kept with its signature, and delivered when somebody lets it go", async () => {
    const payload = '{"by":"nobody"}';
    const events = await fixture.stored("SECURITY_EVENTS", (each) =>
      each.startsWith("events.signature."),
    );
    const found = events.map(({ text }) => {
      const { finding_info: info, evidences } = JSON.parse(text);
      return `${info.analytic.uid} ${evidences[0].data.key_id}`;
    });
    expect(found).toContain("signature-missing undefined");
    expect(found).toContain("signature-invalid desk-1");
    expect(found).toContain("signature-key-unknown stranger");
    const altered = (await held("signed")).find(({ text }) => text.includes("door shut"));
    expect(altered?.header(headers.alertSignature)).toMatch(/^v1;kid=desk-1;t=\d{13};sig=/);
    const one = (await held("signed")).find(({ text }) => text === payload);
    await operate(
      "quarantine",
      "release",
      String(one?.sequence),
      "--reason",
      "seen by a person",
      "--yes",
    );
    await reaches("signed", payload);
  });

  it("a revoked key counts no more within seconds, and the other one goes on", async () => {
    await keys("revoke", "desk-2", "--reason", "stolen");
    const revokedMs = performance.now();
    const rule = await eventually(
      async () => {
        const payload = JSON.stringify({ revoked: Math.round(performance.now()) });
        await publishSigned("signed", payload, "desk-2");
        const all = await eventually(
          async () => [...(await held("signed")), ...(await passed("signed"))],
          (each) => each.some(({ text }) => text === payload),
        );
        return all.find(({ text }) => text === payload)?.header(headers.findings);
      },
      (found) => found === "signature-key-revoked",
    );
    expect(rule).toBe("signature-key-revoked");
    expect(performance.now() - revokedMs).toBeLessThan(30_000);
    await publishSigned("signed", '{"n":5}');
    await reaches("signed", '{"n":5}');
  });

  it("the signature is there whichever bridge stores, and when one is killed", async () => {
    const urls = fixture.region.endpoints.processUrls;
    const leads = (name: string) =>
      metricOf({ url: urls.get(name) ?? "" }, "sentinel_bridge_leads");
    const [leader] = await eventually(
      async () => {
        await publishSigned("signed", '{"n":6}');
        const all = await Promise.all(
          bridges.map(async (name) => [name, await leads(name)] as const),
        );
        return all.filter(([, value]) => value === 1).map(([name]) => name);
      },
      (found) => found.length === 1,
    );
    const process_ = fixture.region.process(leader ?? "");
    process_.kill("SIGKILL");
    await process_.exited();
    await publishSigned("signed", '{"n":7}');
    await reaches("signed", '{"n":7}');
    await process_.start();
  });

  it("an alert waits for keys that nobody tells an inspector that begins, and is not lost", async () => {
    await fixture.endInspectors();
    const auth = fixture.region.process("auth-1");
    await auth.suspend();
    try {
      const starting = fixture.inspector("inspector-2", { SIGNATURES: "require" });
      await publishSigned("late", '{"n":1}');
      await eventually(
        () => fixture.logOf("inspector-2"),
        (log) => log.includes("message held"),
      );
      expect(await fixture.notReady("inspector-2")).toBe("the keys of publishers are not known\n");
      expect([...(await held("late")), ...(await passed("late"))]).toEqual([]);
      auth.resume();
      await starting;
      await reaches("late", '{"n":1}');
    } finally {
      auth.resume();
    }
  });
});

it("where they are tagged, all is delivered, and what is wrong is told", async () => {
  await fixture.inspector("inspector-3", { SIGNATURES: "tag" });
  await publish({ client: "tagged", payload: '{"n":1}' });
  const said = { client: "tagged", payload: '{"n":2}', alertId: "2" };
  await publish({ ...said, signature: signatureOf({ ...said, payload: "{}" }) });
  await publishSigned("tagged", '{"n":3}');
  await reaches("tagged", '{"n":3}');
  expect(textsOf("tagged")).toEqual(['{"n":1}', '{"n":2}', '{"n":3}']);
  const found = (await passed("tagged")).map(({ header }) => [
    header(headers.verdict),
    header(headers.findings),
  ]);
  expect(found).toEqual([
    ["tag", "signature-missing"],
    ["tag", "signature-invalid"],
    ["allow", ""],
  ]);
  expect(await held("tagged")).toEqual([]);
  await fixture.endInspectors();
});

it("where nobody asks for them, nothing is said of them", async () => {
  await fixture.inspector("inspector-4");
  await publish({ client: "free", payload: '{"n":1}' });
  await publish({ client: "free", payload: '{"n":2}', signature: "nonsense" });
  await reaches("free", '{"n":2}');
  const verdicts = (await passed("free")).map(({ header }) => header(headers.verdict));
  expect(verdicts).toEqual(["allow", "allow"]);
  await fixture.endInspectors();
});

it("the public half that is made belongs to the private one", () => {
  const own = createPublicKey(readFileSync(file("desk-1.pem")));
  expect(own.equals(createPublicKey(readFileSync(file("desk-1.pem.pub"))))).toBe(true);
});
