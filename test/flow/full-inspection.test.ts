/** An inspector goes on when what it writes to is full. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { payloadLimitBytes } from "../../app/contract/limits.ts";
import type { StreamName } from "../../app/contract/stream-bounds.ts";
import { topics } from "../../app/contract/subjects.ts";
import { publishAlert } from "../../app/inspector/upstream-load.fixture.ts";
import { type JetStreamClient, jetstream } from "../../app/shared/nats.ts";
import { boundStream } from "../support/bounded.ts";
import { eventually, InspectionFixture } from "../support/inspection.ts";

let fixture: InspectionFixture;
let js: JetStreamClient;
let report: (payload: string) => Promise<unknown>;

beforeAll(async () => {
  fixture = await InspectionFixture.start();
  js = jetstream(await fixture.nats("bridge"));
  await fixture.register(["pump-1", "valve-1"]);
  await fixture.inspector("inspector-1");
  await fixture.inspector("report-inspector-1");
  const device = await fixture.device("pump-1");
  report = (payload) => device.publishAsync(topics.reports("pump-1"), payload, { qos: 1 });
});
afterAll(() => fixture?.stop());

const texts = async (stream: string, subject: string) =>
  (await fixture.stored(stream, (each) => each === subject)).map(({ text }) => text);
const arrived = (stream: string, subject: string, text: string) =>
  eventually(
    () => texts(stream, subject),
    (stored) => stored.includes(text),
  );

it("what is held back while QUARANTINE is full goes to DEAD_LETTER, and others are delivered", async () => {
  const evidence = '{"id":"evidence"}';
  await publishAlert(js, "nobody-1", evidence);
  await arrived("QUARANTINE", "quarantine.upstream.nobody-1", evidence);
  const lift = await boundStream(fixture.region, "QUARANTINE", 1);

  const refused = '{"id":"refused"}';
  await publishAlert(js, "nobody-1", refused);
  await publishAlert(js, "valve-1", '{"id":"after"}');

  const [letter] = await eventually(
    () => fixture.stored("DEAD_LETTER", (each) => each === "deadletter.inspector.quarantine-full"),
    (stored) => stored.length === 1,
  );
  expect(letter?.text).toBe(refused);
  expect(letter?.header("Sentinel-Reason")).toBe("quarantine-full");
  await arrived("MQTT_ALERTS", "clients.valve-1.alerts", '{"id":"after"}');
  expect(await texts("QUARANTINE", "quarantine.upstream.nobody-1")).toEqual([evidence]);
  const counted = 'reason="quarantine-full"';
  expect(await fixture.metric("inspector-1", "dead_letter_messages_total", counted)).toBe(1);

  await lift();
  const again = '{"id":"again"}';
  await publishAlert(js, "nobody-1", again);
  await arrived("QUARANTINE", "quarantine.upstream.nobody-1", again);
});

const filler = "x".repeat(2_000);
const oversized = "x".repeat(payloadLimitBytes);
const attack = "10.0.0.1 && rm -rf /data";
interface Full {
  readonly stream: StreamName;
  readonly replica: string;
  readonly send: (n: number) => Promise<unknown>;
  readonly messages: number;
}
const alert = (n: number, message: string) =>
  publishAlert(js, "valve-1", JSON.stringify({ id: `${message.length}-${n}`, message }));
const cases: readonly Full[] = [
  {
    stream: "MQTT_ALERTS",
    replica: "inspector-1",
    send: (n) => alert(n, filler),
    messages: 60,
  },
  {
    stream: "REPORTS",
    replica: "report-inspector-1",
    send: (n) => report(JSON.stringify({ n, filler })),
    messages: 60,
  },
  {
    stream: "SECURITY_EVENTS",
    replica: "inspector-1",
    send: (n) => alert(n, attack),
    messages: 80,
  },
  {
    stream: "DEAD_LETTER",
    replica: "inspector-1",
    send: (n) => alert(n, oversized),
    messages: 5,
  },
];
const stateOf = async (stream: StreamName) => {
  const stored = await fixture.stored(stream, () => true);
  return { first: stored[0]?.sequence ?? 0, last: stored.at(-1)?.sequence ?? 0 };
};

it.each(cases)("inspection flows on while $stream is full and drops its oldest", async (full) => {
  const { stream, replica, send, messages } = full;
  const bytes = stream === "DEAD_LETTER" ? 3 * payloadLimitBytes : 64 * 1024;
  const before = await stateOf(stream);
  const lift = await boundStream(fixture.region, stream, bytes);

  for (let n = 0; n < messages; n++) await send(n);

  const after = await eventually(
    () => stateOf(stream),
    ({ last }) => last >= before.last + messages,
  );
  expect(after.first).toBeGreaterThan(Math.max(before.first, 1));
  expect(await fixture.metric(replica, "store_retries_total")).toBe(0);
  expect(await fixture.metric(replica, "held_messages")).toBe(0);
  await lift();
});
