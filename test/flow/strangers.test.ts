/** What somebody without credentials can do to an edge: large CONNECTs, silence, and bytes that drip. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Region } from "../../local/region.ts";
import { connectDevice, registerDevice } from "../support/clients.ts";
import { metricOf } from "../support/metric.ts";
import {
  clientHelloStart,
  connectPacket,
  drip,
  hungUp,
  openTcp,
  openTls,
} from "../support/stranger.ts";
import { startTestRegion } from "../support/test-region.ts";

let region: Region;
let port: number;
let secret: string;

beforeAll(async () => {
  region = await startTestRegion({ core: 3, edges: 1, bridges: 0, inspectors: 0, auths: 1 });
  port = region.layout.edges[0]?.mqtt ?? 0;
  secret = await registerDevice(region, "honest");
});
afterAll(() => region?.stop());

const logBytes = (name: string) => statSync(join(region.directory, "logs", `${name}.log`)).size;

const auth = () => ({ url: region.endpoints.processUrls.get("auth-1") ?? "" });
const decided = () => metricOf(auth(), "sentinel_auth_decision_seconds_count");
const unread = () =>
  metricOf(auth(), "sentinel_auth_decisions_total", { code: "request-too-large" });

async function attempt(names: Parameters<typeof connectPacket>[0]): Promise<void> {
  const socket = await openTls(port);
  const gone = hungUp(socket);
  socket.write(connectPacket(names));
  await gone;
}

const longName = "x".repeat(65_000);

describe("a CONNECT", () => {
  it("of 195 kB is refused at its header: auth does not hear of it, the log does not show it", async () => {
    const before = { decided: await decided(), edge: logBytes("edge-1"), auth: logBytes("auth-1") };
    for (let i = 0; i < 10; i++) {
      await attempt({ clientId: longName, user: longName, password: longName });
    }
    expect(await decided()).toBe(before.decided);
    expect(logBytes("edge-1") - before.edge).toBeLessThan(10 * 1_024);
    expect(logBytes("auth-1")).toBe(before.auth);
  });

  it("of 60 kB is refused by auth unread, and all of them in a line or two of its log", async () => {
    const before = { unread: await unread(), auth: logBytes("auth-1") };
    const third = "x".repeat(20_000);
    const names = { clientId: third, user: third, password: third };
    await Promise.all(Array.from({ length: 10 }, () => attempt(names)));
    expect(await unread()).toBe(before.unread + 10);
    expect(logBytes("auth-1") - before.auth).toBeLessThan(1_024);
  });
});

describe("600 strangers who are silent, or send a byte a second", () => {
  it("are sent away, and meanwhile a device logs in", async () => {
    const begun = performance.now();
    const two = [...Array(200).keys()];
    const packet = connectPacket({ clientId: "slow", user: "slow", password: longName });
    const [silent, handshakes, connects] = await Promise.all([
      Promise.all(two.map(() => openTcp(port))),
      Promise.all(two.map(() => openTcp(port))),
      Promise.all(two.map(() => openTls(port))),
    ]);
    const gone = Promise.all([
      ...silent.map(hungUp),
      ...handshakes.map((socket) => drip(socket, clientHelloStart, 1_000)),
      ...connects.map((socket) => drip(socket, packet, 1_000)),
    ]);
    const { client } = await connectDevice(region, { clientId: "honest", password: secret });
    await client.endAsync(true);
    await gone;
    // Without a limit of the server they stay as long as they like.
    expect(performance.now() - begun).toBeLessThan(60_000);
  });
});
