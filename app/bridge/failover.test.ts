/**
 * Two bridges under load, one of which dies, hangs or is cut off: nothing is lost, nothing repeated,
 * and each client's alerts keep their order, those that are the same to the byte among them.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { type DelayLine, layDelayLine } from "../../test/support/delay-line.ts";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { Load } from "./load.fixture.ts";

const names = ["bridge-1", "bridge-2"] as const;
type Name = (typeof names)[number];

interface Bridge {
  readonly process: Awaited<ReturnType<IngressFixture["bridgeProcess"]>>;
  readonly upstream: DelayLine;
  /** To each of the core servers. */
  readonly nats: readonly DelayLine[];
}

let fixture: IngressFixture;
const bridges = new Map<Name, Bridge>();

beforeAll(async () => {
  fixture = await IngressFixture.start();
  const { upstreamBridgeUrl, natsServers } = fixture.region.endpoints;
  for (const name of names) {
    const upstream = await layDelayLine(Number(new URL(upstreamBridgeUrl).port));
    const nats = await Promise.all(
      natsServers.map((server) => layDelayLine(Number(server.split(":").at(-1)))),
    );
    const process = await fixture.bridgeProcess(name, {
      UPSTREAM_URL: `mqtts://127.0.0.1:${upstream.port}`,
      NATS_SERVERS: nats.map(({ port }) => `127.0.0.1:${port}`).join(","),
    });
    bridges.set(name, { process, upstream, nats });
  }
});
afterAll(async () => {
  await fixture.stop();
  for (const { upstream, nats } of bridges.values()) {
    for (const line of [upstream, ...nats]) await line.close();
  }
});

function bridgeOf(name: Name): Bridge {
  const bridge = bridges.get(name);
  if (!bridge) throw new Error(`no ${name}`);
  return bridge;
}

/** Waits until exactly one of the two leads. */
async function roles(): Promise<{ leader: Name; follower: Name }> {
  const sender = await fixture.publisher();
  return vi.waitFor(async () => {
    await sender.publishAsync("clients/role/alerts", "{}", { qos: 1 });
    const [first, second] = await Promise.all(names.map((name) => fixture.valueOf(name, "leads")));
    expect([first, second].sort()).toEqual([0, 1]);
    return first === 1
      ? { leader: names[0], follower: names[1] }
      : { leader: names[1], follower: names[0] };
  }, within);
}

const silent = { kind: "silent" } as const;
const open = { kind: "open", delayMs: 0 } as const;

/** What befalls a bridge, and how it ends. */
const faults: Record<string, (bridge: Bridge) => Promise<() => Promise<void>>> = {
  "is killed": async ({ process }) => {
    process.kill("SIGKILL");
    await process.exited();
    return () => process.start();
  },
  "is stopped": async ({ process }) => {
    await process.stop();
    return () => process.start();
  },
  hangs: async ({ process }) => {
    await process.suspend();
    return async () => process.resume();
  },
  "is cut off from NATS": async ({ nats }) => {
    for (const line of nats) line.set(silent);
    return async () => {
      // What was swallowed is missing in the middle of these connections.
      for (const line of nats) line.set({ kind: "cut" });
      for (const line of nats) line.set(open);
    };
  },
  "is cut off from the upstream broker": async ({ upstream }) => {
    upstream.set(silent);
    return async () => {
      upstream.set({ kind: "cut" });
      upstream.set(open);
    };
  },
};

const cases = Object.keys(faults).flatMap((fault) =>
  (["leader", "follower"] as const).map((role) => [role, fault] as const),
);

/** Clients whose alerts are not what was sent, and how many they are. */
function difference(sent: Map<string, string[]>, stored: Map<string, string[]>) {
  return [...sent].flatMap(([client, texts]) => {
    const found = stored.get(client) ?? [];
    if (JSON.stringify(found) === JSON.stringify(texts)) return [];
    return [`${client}: ${texts.length} sent, ${found.length} stored`];
  });
}

describe("nothing is lost, repeated or out of order", () => {
  it.each(cases)("when the %s %s", async (role, fault) => {
    const prefix = `${role}-${fault.replaceAll(" ", "")}-`;
    const target = bridgeOf((await roles())[role]);
    const common = { clients: 5, messages: 1_000, perSecond: 150 };
    const different = new Load(fixture.broker, { ...common, prefix: `${prefix}d-` });
    const text = '{"alarm":"door open"}';
    const same = new Load(fixture.broker, { ...common, prefix: `${prefix}s-`, text });
    const sent = (wanted: number) =>
      vi.waitFor(() => expect(same.count).toBeGreaterThan(wanted), within);
    await sent(200);
    const end = await faults[fault]?.(target);
    await sent(700);
    await end?.();
    await Promise.all([different.finished, same.finished]);
    const all = new Map([...different.sent, ...same.sent]);
    const arrived = async () => difference(all, await fixture.ingress(prefix));
    await vi.waitFor(async () => expect(await arrived()).toEqual([]), within);
    await vi.waitFor(async () => {
      for (const name of names) expect(await fixture.valueOf(name, "held_bytes")).toBe(0);
    }, within);
    expect(await arrived()).toEqual([]);
  });
});
