/** More logins than one auth process has room or time for, on real servers. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { issueSecret } from "../../app/registry/secret.ts";
import type { Region } from "../../local/region.ts";
import { startAuthProcess } from "../support/auth-process.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { type DelayLine, layDelayLine } from "../support/delay-line.ts";
import { metricOf } from "../support/metric.ts";
import { startTestRegion } from "../support/test-region.ts";

const soon = { timeout: 60_000, interval: 50 };
/** What waits for so long, there and back, is above the 600 ms from which on strangers are dropped. */
const slow = { kind: "open", delayMs: 800 } as const;
const fast = { kind: "open", delayMs: 0 } as const;

let region: Region;
let line: DelayLine;
let auth: Awaited<ReturnType<typeof startAuthProcess>>;
let secret: string;

beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 3, edges: 1, ...none });
  line = await layDelayLine(region.layout.cores[0]?.client ?? 0);
  auth = await startAuthProcess(region, {
    NATS_SERVERS: `tls://127.0.0.1:${line.port}`,
    LOGINS_AT_ONCE: "1",
  });
  secret = await registerDevice(region, "known");
  await vi.waitFor(async () => expect(await login("known", secret)).toBe("admitted"), soon);
});
afterAll(async () => {
  line?.set(fast);
  await auth?.stop();
  await line?.close();
  await region?.stop();
});

const login = (clientId: string, password: string) =>
  connectDevice(region, { clientId, password }).then(
    async ({ client }) => {
      await client.endAsync(true);
      return "admitted";
    },
    () => "turned away",
  );

const limitedBy = (limit: string) => metricOf(auth, "sentinel_auth_limited_total", { limit });

describe("while as many logins wait as there is room for", () => {
  it("nobody else is worked on, and afterwards everybody", async () => {
    const database = region.process("dynamodb");
    await database.suspend();
    let over = false;
    const stranger = async (name: string) => {
      for (let n = 0; !over; n++) await login(`${name}-${n}`, issueSecret());
    };
    // One has the place while it waits for the registry, then another.
    const strangers = [stranger("first"), stranger("second")];
    try {
      await vi.waitFor(async () => expect(await limitedBy("concurrency")).toBeGreaterThan(0), soon);
      // The missing registry alone would not keep it out: its record is in the cache.
      await vi.waitFor(async () => expect(await login("known", secret)).toBe("turned away"), soon);
    } finally {
      over = true;
      database.resume();
      await Promise.all(strangers);
    }

    await expect.poll(() => login("known", secret), soon).toBe("admitted");
    const fresh = await registerDevice(region, "fresh");
    await expect.poll(() => login("fresh", fresh), soon).toBe("admitted");
    expect(await metricOf(auth, "sentinel_auth_logins_under_way")).toBe(0);
  });
});

describe("while requests wait for the process", () => {
  it("ids that nobody has are dropped unanswered, known devices are admitted", async () => {
    line.set(slow);
    try {
      await vi.waitFor(async () => {
        await login("made-up", issueSecret());
        expect(await limitedBy("backlog")).toBeGreaterThan(0);
      }, soon);
      expect(await login("known", secret)).toBe("admitted");
    } finally {
      line.set(fast);
    }

    const other = await registerDevice(region, "other");
    await expect.poll(() => login("other", other), soon).toBe("admitted");
  });
});
