/** What a flood, a guesser and a session without end come up against, on real servers. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { subjects } from "../../app/contract/subjects.ts";
import { issueSecret } from "../../app/registry/secret.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { startAuthProcess } from "../support/auth-process.ts";
import { connectDevice, type Inbox, registerDevice } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import { connectAs, readAudit, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const home = "127.0.0.1";
const soon = { timeout: 60_000, interval: 50 };
const sessionSeconds = 4;
/** Reason codes of a CONNACK: what a device is told. */
const told = { admitted: 0, notAuthorized: 5 };

let region: Region;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
let operator: NatsConnection;

beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 3, edges: 1, ...none });
  auth = await startAuthProcess(region, {
    SESSION_SECONDS: String(sessionSeconds),
    // Low enough for a slow machine to pass it.
    ADDRESS_LOGINS_PER_SECOND: "10",
    DEVICE_FAILURES: "5",
    ADDRESS_FAILURES: "30",
    LOGINS_AT_ONCE: "20",
    CACHE_POSITIVE_SECONDS: "1",
  });
  operator = await connectAs(region, "operator");
});
afterAll(async () => {
  await operator?.close();
  await auth?.stop();
  await region?.stop();
});

/** Resolves with the reason code of the CONNACK. */
async function login(clientId: string, password: string, localAddress = home): Promise<number> {
  // A socket option that MQTT.js hands on without knowing it.
  const options = { clientId, password, localAddress };
  try {
    const { client } = await connectDevice(region, options);
    await client.endAsync(true);
    return told.admitted;
  } catch (error) {
    return (error as { code: number }).code;
  }
}

const guess = (clientId: string, times: number, address: string) =>
  Promise.all(Array.from({ length: times }, () => login(clientId, issueSecret(), address)));

const refused = (code: string) =>
  metricOf(auth, "sentinel_auth_decisions_total", { outcome: "refuse", code });
const limitedBy = (limit: string) => metricOf(auth, "sentinel_auth_limited_total", { limit });

interface Refusal {
  readonly status_id: number;
  readonly status_detail: string;
  readonly src_endpoint?: { readonly ip: string };
}
/** The refusals of an address that are in the audit. */
async function auditedFrom(address: string): Promise<string[]> {
  const events = await readAudit<Refusal>(operator, "audit.auth.>");
  return events
    .filter((event) => event.src_endpoint?.ip === address && event.status_id === 2)
    .map((event) => event.status_detail);
}

/** The findings of a rule about a device or an address. */
const findingsOf = async (name: string) =>
  (await readStream(operator, "SECURITY_EVENTS", subjects.event("login", name))).map(
    ({ payload }) => JSON.parse(payload).finding_info.analytic.uid,
  );

describe("guessing a device's secret", () => {
  it("locks the guesser's address out for that id, the device gets in from its own", async () => {
    const secret = await registerDevice(region, "guessed");
    expect(await login("guessed", secret)).toBe(told.admitted);
    await guess("guessed", 5, "127.0.0.2");

    expect(await login("guessed", secret, "127.0.0.2")).toBe(told.notAuthorized);
    expect(await login("guessed", secret)).toBe(told.admitted);
    expect(await limitedBy("device-failures")).toBe(1);
    expect(await refused("locked-out")).toBe(1);
    await expect
      .poll(async () => (await auditedFrom("127.0.0.2")).sort(), soon)
      .toEqual([...Array(5).fill("bad-secret"), "locked-out"]);
  });

  it("from many addresses does not keep the device from its own, and is found once", async () => {
    const secret = await registerDevice(region, "hunted");
    for (let i = 10; i < 20; i++) await guess("hunted", 6, `127.0.1.${i}`);

    expect(await login("hunted", secret)).toBe(told.admitted);
    await expect.poll(() => findingsOf("hunted"), soon).toEqual(["distributed-guessing"]);
  });

  it("locks nobody else out behind the same address", async () => {
    const secret = await registerDevice(region, "neighbour");
    await registerDevice(region, "stubborn");
    await guess("stubborn", 6, "127.0.0.3");

    expect(await login("neighbour", secret, "127.0.0.3")).toBe(told.admitted);
  });
});

describe("trying many ids", () => {
  it("locks the address out, but not the devices that logged in from there before, and is found once", async () => {
    const address = "127.0.0.4";
    const regular = await registerDevice(region, "regular");
    const newcomer = await registerDevice(region, "newcomer");
    expect(await login("regular", regular, address)).toBe(told.admitted);
    for (let i = 0; i < 30; i++) await login(`made-up-${i}`, issueSecret(), address);

    expect(await login("newcomer", newcomer, address)).toBe(told.notAuthorized);
    expect(await limitedBy("address-failures")).toBeGreaterThan(0);
    expect(await login("regular", regular, address)).toBe(told.admitted);
    expect(await login("newcomer", newcomer)).toBe(told.admitted);
    await expect.poll(() => auditedFrom(address), soon).toContain("locked-out");
    await expect.poll(() => findingsOf("address-127-0-0-4"), soon).toEqual(["credential-stuffing"]);
    expect(await findingsOf("guessed")).toEqual([]);
  });
});

it("a device that logs in again and again is found once, and let in", async () => {
  const secret = await registerDevice(region, "restless");
  for (let i = 0; i < 35; i++) {
    expect(await login("restless", secret, "127.0.0.5")).toBe(told.admitted);
  }

  await expect.poll(() => findingsOf("restless"), soon).toEqual(["connect-flapping"]);
});

describe("a flood of ids that nobody has", () => {
  it("from one address is cut off, and from many leaves room for known devices", async () => {
    const secret = await registerDevice(region, "known");
    expect(await login("known", secret)).toBe(told.admitted);
    let over = false;
    let made = 0;
    const flood = async (address: string) => {
      while (!over) await login(`stranger-${made++}`, issueSecret(), address);
    };
    // Three of four from one address: then a slow machine has soon too many from there.
    const from = (i: number) => `127.0.2.${i % 4 === 0 ? 2 + (i % 3) : 1}`;
    const floods = Array.from({ length: 40 }, (_, i) => flood(from(i)));
    try {
      await vi.waitFor(
        async () => expect(await limitedBy("address-rate")).toBeGreaterThan(0),
        soon,
      );
      for (let i = 0; i < 20; i++) expect(await login("known", secret)).toBe(told.admitted);
    } finally {
      over = true;
      await Promise.all(floods);
    }
    expect(await refused("rate-limited")).toBeGreaterThan(0);
    await expect.poll(() => auditedFrom("127.0.2.1"), soon).toContain("rate-limited");
  });

  it("that waits for the registry fills its own part of the room only", async () => {
    const secret = await registerDevice(region, "still-known");
    expect(await login("still-known", secret)).toBe(told.admitted);
    const database = region.process("dynamodb");
    await database.suspend();
    try {
      const flood = Array.from({ length: 15 }, (_, i) =>
        login(`waiting-${i}`, issueSecret(), `127.0.3.${1 + i}`),
      );
      await vi.waitFor(async () => expect(await refused("overloaded")).toBeGreaterThan(0), soon);

      expect(await login("still-known", secret)).toBe(told.admitted);
      await Promise.all(flood);
    } finally {
      database.resume();
    }
    expect(await limitedBy("strangers")).toBeGreaterThan(0);
    const reasons = async () =>
      (await readAudit<Refusal>(operator, "audit.auth._")).map((event) => event.status_detail);
    await expect.poll(reasons, soon).toContain("overloaded");
    const fresh = await registerDevice(region, "afterwards");
    await expect.poll(() => login("afterwards", fresh), soon).toBe(told.admitted);
  });
});

describe("a session", () => {
  const closed = ({ client }: Inbox) =>
    new Promise<number>((resolve) => client.once("close", () => resolve(Date.now())));

  it("is closed by the server when its time is over, and the device may begin another", async () => {
    const password = await registerDevice(region, "for-a-while");
    const device = await connectDevice(region, { clientId: "for-a-while", password });
    const from = Date.now();

    // Four seconds and a tenth, and the token's end is cut to a whole second.
    expect((await closed(device)) - from).toBeGreaterThan((sessionSeconds * 0.9 - 1) * 1000 - 100);
    expect(await login("for-a-while", password)).toBe(told.admitted);
  });

  it("cannot listen to what the server's own MQTT layer sends to others", async () => {
    const password = await registerDevice(region, "curious");
    const device = await connectDevice(region, { clientId: "curious", password });
    const reserved = device.client.subscribeAsync("$MQTT/sub/#");

    await expect(reserved).rejects.toMatchObject({ packet: { granted: [128] } });
    await device.client.endAsync(true);
  });
});
