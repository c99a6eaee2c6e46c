/** The publisher library on a real broker, with real bridges. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { openPublisher, type Publisher, type PublisherOptions } from "./publisher.ts";
import type { PublisherError } from "./publisher-error.ts";

let fixture: IngressFixture;
let folder: string;
let problems: PublisherError[] = [];
const opened: Publisher[] = [];

beforeAll(async () => {
  fixture = await IngressFixture.start();
  folder = mkdtempSync(join(tmpdir(), "sentinel-publisher-"));
});
afterAll(async () => {
  await fixture?.stop();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  for (const publisher of opened.splice(0)) await publisher.close({ withinMs: 0 });
  await fixture.release();
  problems = [];
});

async function open(journal: string, options: Partial<PublisherOptions> = {}): Promise<Publisher> {
  const { certificates, secrets, endpoints } = fixture.region;
  const publisher = await openPublisher({
    url: endpoints.upstreamUrl,
    username: "publisher",
    password: readFileSync(secrets.upstreamPasswordFile("publisher"), "utf8"),
    ca: readFileSync(certificates.caFile),
    journal: join(folder, journal),
    onProblem: (problem) => problems.push(problem),
    ...options,
  });
  opened.push(publisher);
  return publisher;
}

const texts = (count: number) => Array.from({ length: count }, (_, n) => `{"n":${n}}`);
const storedOf = async (client: string) => (await fixture.ingress(client)).get(client) ?? [];

async function publishAll(publisher: Publisher, client: string, payloads: readonly string[]) {
  return Promise.all(payloads.map((text) => publisher.publish(client, text)));
}

it("confirms what is stored, and keeps none of it any longer", async () => {
  await fixture.bridge("bridge-1");
  const publisher = await open("stored");
  const alerts = await publishAll(publisher, "stored", texts(50));
  await Promise.all(alerts.map(({ confirmed }) => confirmed));
  expect(await storedOf("stored")).toEqual(texts(50));
  expect(await publisher.close()).toEqual({ unconfirmed: 0 });
  expect((await open("stored")).unconfirmed).toBe(0);
  expect(problems).toEqual([]);
});

it("waits when it is closed for what is still on its way into the journal", async () => {
  await fixture.bridge("bridge-1");
  const publisher = await open("closed");
  const publishing = publisher.publish("closed", "{}");
  expect(await publisher.close({ withinMs: within.timeout })).toEqual({ unconfirmed: 0 });
  await (await publishing).confirmed;
  expect(await storedOf("closed")).toEqual(["{}"]);
});

it("sends bytes as they were given", async () => {
  await fixture.bridge("bridge-1");
  const text = '{ "t" : "\\u00e9 é \\n" ,\n "n":1.0 }';
  const publisher = await open("bytes");
  await (await publisher.publish("bytes", Buffer.from(text))).confirmed;
  expect(await storedOf("bytes")).toEqual([text]);
});

it("tells what will never be delivered and why, and goes on with what comes behind it", async () => {
  await fixture.bridge("bridge-1");
  const publisher = await open("refused");
  const wrong = await publisher.publish("refused", "no json", { id: "wrong" });
  const right = await publisher.publish("refused", "{}");
  await expect(wrong.confirmed).rejects.toMatchObject({
    ...{ code: "dead-letter", reason: "payload-not-json" },
    message: "alert wrong for refused will never be delivered: payload-not-json",
  });
  await right.confirmed;
  expect(problems.map(({ code }) => code)).toEqual(["dead-letter"]);
  expect(await publisher.close()).toEqual({ unconfirmed: 0 });
});

it("sends again what nobody confirms, which is stored once and in order", async () => {
  const bridge = await fixture.bridge("bridge-1");
  const publisher = await open("again", { resendMs: 200, window: 20 });
  await (await publisher.publish("again", "{}")).confirmed;
  await fixture.freezeNats();
  const alerts = await publishAll(publisher, "again", texts(30));
  const received = () => bridge.value("received_messages_total");
  // The first one, the window, and that again, twice.
  await vi.waitFor(async () => expect(await received()).toBeGreaterThanOrEqual(61), within);
  expect(publisher.unconfirmed).toBe(30);
  await fixture.thawNats();
  await Promise.all(alerts.map(({ confirmed }) => confirmed));
  expect(await storedOf("again")).toEqual(["{}", ...texts(30)]);
  expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(["unconfirmed"]));
});

it("delivers what an earlier run of it left, before what is new", async () => {
  const first = await open("left");
  await publishAll(first, "left", texts(20));
  expect(await first.close({ withinMs: 0 })).toEqual({ unconfirmed: 20 });
  await fixture.bridge("bridge-1");
  const next = await open("left");
  const last = await next.publish("left", '{"last":1}');
  await last.confirmed;
  expect(await next.close()).toEqual({ unconfirmed: 0 });
  expect(await storedOf("left")).toEqual([...texts(20), '{"last":1}']);
});

it("comes back by itself when the broker does, and when its password is right again", async () => {
  await fixture.bridge("bridge-1");
  let password = "wrong";
  const publisher = await open("renewed", { password: () => password });
  const waiting = await publisher.publish("renewed", "{}");
  const refusals = () => problems.filter(({ message }) => /Not authorized/i.test(message));
  await vi.waitFor(() => expect(refusals().length).toBeGreaterThanOrEqual(2), within);
  password = readFileSync(fixture.region.secrets.upstreamPasswordFile("publisher"), "utf8");
  await waiting.confirmed;
  const mosquitto = fixture.region.process("mosquitto");
  await mosquitto.stop();
  const meanwhile = await publisher.publish("renewed", '{"n":2}');
  await mosquitto.start();
  await meanwhile.confirmed;
  expect(await storedOf("renewed")).toEqual(["{}", '{"n":2}']);
});
