/** What a change of the registry does to caches and sessions, here and in another region, on real servers. */
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { LiveSessions } from "../../app/auth/revocation/live-sessions.ts";
import type { RegionName } from "../../app/contract/regions.ts";
import { DeviceRegistry } from "../../app/registry/device-registry.ts";
import { hashSecret, issueSecret } from "../../app/registry/secret.ts";
import { emulatorClient } from "../../local/device-table.ts";
import { deviceTable } from "../../local/endpoints.ts";
import { devicesCommand } from "../support/devices-command.ts";
import { metricOf } from "../support/metric.ts";
import { away, home, type PairedRegions, startPairedRegions } from "../support/paired-regions.ts";
import { connectAs } from "../support/stored.ts";
import { barCases } from "./revocation/bar-cases.ts";

const soon = { timeout: 60_000, interval: 20 };
/** A mirror whose first request found nobody asks again after 40 seconds. */
const linked = { timeout: 60_000, interval: 200 };

let pair: PairedRegions;

beforeAll(async () => {
  pair = await startPairedRegions();
});
afterAll(() => pair?.stop());

const regionOf = (name: RegionName) => pair.linked.of(name);
const register = (id: string) => pair.register(id);
const connect = (name: RegionName, id: string, secret: string) => pair.connect(name, id, secret);

/** A version that no tool of ours can count on from. */
const damage = (client: ReturnType<typeof emulatorClient>, id: string) =>
  client.send(
    new UpdateItemCommand({
      TableName: deviceTable,
      Key: { clientId: { S: id } },
      UpdateExpression: "SET #version = :version",
      ExpressionAttributeNames: { "#version": "version" },
      ExpressionAttributeValues: { ":version": { N: "9007199254740993" } },
    }),
  );

/** 0 admitted, otherwise the reason code of the CONNACK. */
async function login(name: RegionName, clientId: string, password: string): Promise<number> {
  try {
    await (await connect(name, clientId, password)).close();
    return 0;
  } catch (error) {
    return (error as { code: number }).code;
  }
}

const devices = (...args: string[]) => devicesCommand(regionOf(home), ...args);

const closed = (session: { readonly ended: boolean }, within = soon) =>
  expect.poll(() => session.ended, within).toBe(true);

describe.each([home, away])("in %s a session", (name) => {
  it.each(["revoke", "suspend", "delete"])("ends when its device is changed by %s", async (how) => {
    const id = `${how}-${name}`;
    const secret = await register(id);
    const session = await connect(name, id, secret);
    const options = { revoke: ["--yes"], delete: ["--force", "--yes"] }[how] ?? [];
    await devices(how, id, ...options);
    await closed(session, linked);
    expect(await login(name, id, secret)).toBe(5);
  });

  it("ends when its device gets another secret, and begins again with either in their overlap", async () => {
    const id = `rotated-${name}`;
    const old = await register(id);
    const session = await connect(name, id, old);
    const said = await devices("rotate", id, "--overlap", "1h", "--yes");
    await closed(session, linked);
    const secret = said.trim().split(",").at(-1) ?? "";
    expect(await login(name, id, secret)).toBe(0);
    expect(await login(name, id, old)).toBe(0);
  });

  it("ends when its device is disconnected, which may come back at once", async () => {
    const id = `disconnected-${name}`;
    const secret = await register(id);
    const session = await connect(name, id, secret);
    await devices("disconnect", id);
    await closed(session, linked);
    const again = await connect(name, id, secret);
    const auth = pair.auths[name];
    if (!auth) throw new Error(`no auth runs in ${name}`);
    // Looked for twice by then: a login that was under way must not stay either.
    const closing = () => metricOf(auth, "sentinel_auth_sessions_closing");
    await expect.poll(closing, soon).toBe(0);
    expect(again.ended).toBe(false);
    await again.close();
  });

  it("goes on when its device gets other labels, and when another device is revoked", async () => {
    const [id, other] = [`labelled-${name}`, `labelled-${name}-2`];
    const session = await connect(name, id, await register(id));
    const otherSession = await connect(name, other, await register(other));
    await devices("label", id, "--label", "site:oslo");
    await devices("revoke", other, "--yes");
    await closed(otherSession, linked);
    expect(session.ended).toBe(false);
    await session.close();
  });
});

it("many changes at once end the sessions of all", async () => {
  const ids = Array.from({ length: 40 }, (_, i) => `many-${i}`);
  const sessions = await Promise.all(ids.map(async (id) => connect(home, id, await register(id))));
  const system = await connectAs(regionOf(home), "session-closer");
  const listed = new Set<string>();
  for await (const page of new LiveSessions(system, 16).all()) {
    for (const { clientId, serverId } of page) listed.add(`${serverId} ${clientId}`);
  }
  await system.close();
  expect([...listed].map((each) => each.split(" ").at(-1)).sort()).toEqual([...ids].sort());

  await devices("revoke", ...ids, "--yes");
  for (const session of sessions) await closed(session);
});

it("a change that no region was told of is found by a sweep, whoever wrote it into the table", async () => {
  const faults = ["suspended", "deleted", "replaced", "damaged"];
  const ids = [...faults, "same"].map((fault) => `swept-${fault}`);
  const sessions = new Map(
    await Promise.all(
      ids.map(async (id) => [id, await connect(home, id, await register(id))] as const),
    ),
  );
  const client = emulatorClient(regionOf(home).layout);
  // Without a journal: as if somebody wrote into the table himself.
  const registry = new DeviceRegistry({ client, table: deviceTable });
  const by = { actor: "test", nowMs: Date.now() };
  await registry.suspend("swept-suspended", by);
  await registry.delete("swept-deleted", by, { force: true });
  const rotation = { secret: hashSecret(issueSecret()), overlapMs: 0 };
  await registry.rotate("swept-replaced", rotation, by);
  await damage(client, "swept-damaged");
  client.destroy();
  const sweeper = await pair.startAuth(home, { SWEEP_SECONDS: "1", REPLICA: "auth-2" });
  for (const id of ids.slice(0, faults.length)) {
    const session = sessions.get(id);
    if (session) await closed(session);
  }
  expect(sessions.get("swept-same")?.ended).toBe(false);
  for (const fault of ["deleted", "damaged", "inactive", "replaced"]) {
    expect(await metricOf(sweeper, "sentinel_auth_sweep_faults_total", { fault })).toBe(1);
  }
  await sweeper.stop();
  await sessions.get("swept-same")?.close();
});

it.each([
  home,
  away,
])("a damaged record admits nobody, and is revoked by force, which ends its session in %s", async (name) => {
  const id = `damaged-${name}`;
  const secret = await register(id);
  const session = await connect(name, id, secret);
  const client = emulatorClient(regionOf(home).layout);
  await damage(client, id);
  client.destroy();
  await expect(devices("revoke", id, "--yes")).rejects.toThrow();
  expect(session.ended).toBe(false);

  await devices("revoke", id, "--yes", "--force");
  await closed(session, linked);
  expect(await login(name, id, secret)).toBe(5);
});

it("a change that came while no replica was alive is seen to by the next one", async () => {
  const secret = await register("orphaned");
  const session = await connect(home, "orphaned", secret);
  pair.auths[home]?.kill("SIGKILL");
  await pair.auths[home]?.exited();
  await devices("revoke", "orphaned", "--yes");
  expect(session.ended).toBe(false);
  pair.auths[home] = await pair.startAuth(home);
  await closed(session);
});

it("a region that was cut off is told when the line is mended", async () => {
  const secret = await register("cut-off");
  const session = await connect(away, "cut-off", secret);
  pair.linked.link(away, home).cut();
  await devices("revoke", "cut-off", "--yes");
  // Its cache still believes what it knew.
  expect(await login(away, "cut-off", secret)).toBe(0);
  pair.linked.link(away, home).mend();
  await closed(session, linked);
  await vi.waitFor(async () => expect(await login(away, "cut-off", secret)).toBe(5), soon);
});

describe("a device that policy keeps out", () => {
  barCases(() => ({ pair, login }));
});
