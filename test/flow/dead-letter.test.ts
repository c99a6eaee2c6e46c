/** What cannot be taken ends in DEAD_LETTER with its reason, and holds nobody up. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { headers } from "../../app/contract/headers.ts";
import { payloadLimitBytes } from "../../app/contract/limits.ts";
import { isHarmless } from "../../app/shared/hostile-texts.fixture.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { connectPublisher, type Inbox } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let publisher: Inbox;
let operator: NatsConnection;

beforeAll(async () => {
  region = await startTestRegion({ inspectors: 0, auths: 0, edges: 0 });
  publisher = await connectPublisher(region);
  operator = await connectAs(region, "operator");
});
afterAll(async () => {
  await publisher?.client.endAsync(true);
  await operator?.close();
  await region?.stop();
});

async function deadLetters(topic: string) {
  const stored = await readStream(operator, "DEAD_LETTER");
  return stored.filter((m) => decodeURIComponent(m.header(headers.topic)) === topic);
}

async function deadLetterOf(topic: string, payload: string) {
  await publisher.client.publishAsync(topic, payload, { qos: 1 });
  const find = () => deadLetters(topic);
  await expect.poll(async () => (await find()).length, { timeout: 60_000 }).toBeGreaterThan(0);
  return (await find()).at(-1);
}

it.each(["a b", "a.b", "*", ">", "x".repeat(65), "é", "a$b"])("a client id %j", async (id) => {
  const found = await deadLetterOf(`clients/${id}/alerts`, '{"id":1}');
  expect(found?.header(headers.reason)).toBe("invalid-client-id");
  expect(found?.payload).toBe('{"id":1}');
});

it.each([
  "clients/a/b/alerts",
  "clients/a/other",
  "clients//alerts/",
])("a topic %j", async (topic) => {
  const found = await deadLetterOf(topic, '{"id":1}');
  expect(["invalid-topic", "invalid-client-id"]).toContain(found?.header(headers.reason));
});

it.each([
  4, 5,
] as const)("a topic where no alerts belong, by MQTT protocol %i", async (protocolVersion) => {
  const topic = `devices/by-${protocolVersion}/alerts`;
  const other = await connectPublisher(region, {
    ...{ clientId: `by-${protocolVersion}`, protocolVersion },
  });
  // Who watches may still be on his way, and nothing is held for him.
  const found = async () => {
    await other.client.publishAsync(topic, '{"id":1}', { qos: 1 });
    return (await deadLetters(topic))[0];
  };
  await expect.poll(found, { timeout: 60_000, interval: 500 }).toBeDefined();
  await other.client.endAsync();
  const [first] = await deadLetters(topic);
  expect(first?.header(headers.reason)).toBe("invalid-topic");
  expect(first?.payload).toBe('{"id":1}');
  const counted = await Promise.all(
    ["bridge-1", "bridge-2"].map((name) =>
      metricOf(
        { url: `http://127.0.0.1:${region.layout.operations.get(name)}` },
        "sentinel_bridge_dead_letter_messages_total",
        { reason: "invalid-topic" },
      ),
    ),
  );
  expect(Math.max(...counted)).toBeGreaterThan(0);
});

it("a payload that is not a JSON object", async () => {
  const found = await deadLetterOf("clients/not-json/alerts", "hello");
  expect(found?.header(headers.reason)).toBe("payload-not-json");
});

it("a payload over the limit, whole", async () => {
  const payload = JSON.stringify({ id: "big", fill: "x".repeat(payloadLimitBytes) });
  const found = await deadLetterOf("clients/too-big/alerts", payload);
  expect(found?.header(headers.reason)).toBe("payload-too-large");
  expect(found?.payload).toBe(payload);
});

it("a client id with a line break never gets past the upstream broker", async () => {
  const other = await connectPublisher(region, { clientId: "line-break" });
  const closed = new Promise<string>((resolve) => {
    other.client.once("close", () => resolve("connection closed"));
  });
  const published = other.client
    .publishAsync("clients/a\r\nb/alerts", "{}", { qos: 1 })
    .then(() => "acknowledged", String);
  expect(await Promise.race([closed, published])).toBe("connection closed");
  await other.client.endAsync(true);

  // A later message that arrives shows that nothing of the first is still on its way.
  await deadLetterOf("clients/after the break/alerts", "{}");
  const inspector = await connectAs(region, "inspector");
  expect(await readStream(inspector, "INGRESS")).toEqual([]);
  await inspector.close();
  const topics = (await readStream(operator, "DEAD_LETTER")).map((m) => m.header(headers.topic));
  expect(topics.join()).not.toMatch(/%0D|%0A/i);
});

describe("sentinel dead-letters", () => {
  const run = (...args: string[]) =>
    sentinel(["dead-letters", ...args], {
      NATS_SERVERS: region.endpoints.natsServers.join(","),
      NATS_CA_FILE: region.certificates.caFile,
      OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    });

  it("lists the newest first, those of one client or reason, and shows bytes and topic inert", async () => {
    const client = "\u202eevil\u2028";
    await deadLetterOf(`clients/${client}/alerts`, "\u001b]0;pwned\u0007");
    await deadLetterOf("clients/listed/alerts", "no JSON 1");
    await deadLetterOf("clients/listed/alerts", "no JSON 2");

    const listed = await run("list", "--client", "listed", "--json");
    expect(listed.code).toBe(0);
    const letters = listed.stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(letters[0].sequence).toBeGreaterThan(letters.at(-1).sequence);
    expect(new Set(letters.map(({ topic }) => topic))).toEqual(new Set(["clients/listed/alerts"]));
    expect(letters[0]).toMatchObject({ stage: "bridge", reason: "payload-not-json", size: 9 });

    const shown = await run("show", String(letters[0].sequence));
    expect(shown.stdout).toContain("no JSON 2");
    expect(shown.stdout).toContain("6e 6f 20 4a 53 4f 4e 20 32");

    const all = await run("list", "--reason", "invalid-client-id", "--limit", "1");
    expect(all.stdout).toMatch(/invalid-client-id .*evil/);
    expect(isHarmless(all.stdout.replaceAll("\n", ""))).toBe(true);
    const { stdout } = await run("list", "--reason", "invalid-client-id", "--limit", "1", "--json");
    const hostile = await run("show", String(JSON.parse(stdout.trim()).sequence));
    expect(hostile.stdout).toContain("pwned");
    expect(isHarmless(hostile.stdout.replaceAll("\n", ""))).toBe(true);
  });

  it("tells where to go on, and says of none that there is none", async () => {
    await deadLetterOf("clients/paged/alerts", "1");
    await deadLetterOf("clients/paged/alerts", "2");
    const first = await run("list", "--client", "paged", "--limit", "1");
    const [, before = ""] = /go on with --before (\d+)/.exec(first.stderr) ?? [];
    const second = await run("list", "--client", "paged", "--before", before, "--json");
    const { sequence } = JSON.parse(second.stdout.trim().split("\n")[0] ?? "");
    expect(sequence).toBe(Number(before) - 1);
    const none = await run("show", "999999");
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining("no message 999999") });
  });
});
