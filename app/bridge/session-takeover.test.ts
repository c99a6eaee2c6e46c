/**
 * Whoever may publish tries to get hold of what the bridges' sessions hold: a broker gives a session
 * to whoever names its id, and drops it for who asks to start clean.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connectAsync, type IClientOptions } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { upstreamClientId } from "./upstream-client-id.ts";

const replicas = ["bridge-1", "bridge-2"];
const alerts = 400;

let fixture: IngressFixture;
beforeAll(async () => {
  fixture = await IngressFixture.start();
  for (const replica of replicas) await fixture.bridgeProcess(replica, { LOG_LEVEL: "trace" });
});
afterAll(() => fixture.stop());
afterEach(() => fixture.release());

const idOf = (replica: string) => {
  const key = readFileSync(fixture.region.secrets.upstreamSessionKeyFile, "utf8");
  return upstreamClientId(key, replica);
};
const logOf = (name: string) =>
  readFileSync(join(fixture.region.directory, "logs", `${name}.log`), "utf8");

/** Logs in as a publisher under this id, stays a moment, and comes again, until told to end. */
function attack(clientId: string, options: IClientOptions) {
  let ended = false;
  let logins = 0;
  const seen: string[] = [];
  const run = async () => {
    while (!ended) {
      const client = await fixture.broker.publisher({ clientId, reconnectPeriod: 0, ...options });
      client.on("error", () => {});
      client.on("message", (topic) => seen.push(topic));
      await client.subscribeAsync(["#", "$SYS/#", "$share/bridges/clients/#"], { qos: 1 });
      logins++;
      await delay(20);
      await client.endAsync(true);
    }
  };
  const running = run();
  return {
    logins: () => logins,
    async end() {
      ended = true;
      await running;
      return seen;
    },
  };
}

const attacks: readonly [string, IClientOptions][] = [
  ["MQTT 5, starting clean", { protocolVersion: 5, clean: true }],
  [
    "MQTT 5, taking over",
    { protocolVersion: 5, clean: false, properties: { sessionExpiryInterval: 60 } },
  ],
  ["MQTT 3.1.1, starting clean", { protocolVersion: 4, clean: true }],
  ["MQTT 3.1.1, taking over", { protocolVersion: 4, clean: false }],
];

describe("a publisher who uses the bridges' names as client ids", () => {
  it.each(attacks)("loses no alert and sees none: %s", async (name, options) => {
    const prefix = `take-${attacks.findIndex(([each]) => each === name)}-`;
    const attackers = replicas.map((replica) => attack(replica, options));
    const sender = await fixture.publisher();
    for (let n = 0; n < alerts; n++) {
      // With JetStream silent, what is acknowledged waits in the bridges' sessions.
      if (n === alerts / 2) await fixture.freezeNats();
      await sender.publishAsync(`clients/${prefix}${n}/alerts`, `{"n":${n}}`, { qos: 1 });
    }
    const logins = attackers.map((each) => each.logins());
    for (const [index, each] of attackers.entries()) {
      await vi.waitFor(
        () => expect(each.logins()).toBeGreaterThan((logins[index] ?? 0) + 3),
        within,
      );
    }
    await fixture.thawNats();
    for (const each of attackers) expect(await each.end()).toEqual([]);
    await vi.waitFor(async () => {
      expect((await fixture.ingress(prefix)).size).toBe(alerts);
    }, within);
  });
});

describe("the id of a bridge's session", () => {
  it("is the one that the bridge connects with", async () => {
    // Who knows it gets in its place, which is why nobody may.
    const lost = () => logOf("bridge-2").split("lost the connection").length;
    const before = lost();
    const { receiveMaximum, credentials, ...settings } = fixture.broker.settings(idOf("bridge-2"));
    const client = await connectAsync({
      ...settings,
      ...credentials(),
      protocol: "mqtts",
      protocolVersion: 5,
    });
    await vi.waitFor(() => expect(lost()).toBeGreaterThan(before), within);
    await client.endAsync(true);
  });

  it("stands in no log, the broker's included", () => {
    for (const name of [...replicas, "mosquitto"]) {
      for (const replica of replicas) expect(logOf(name)).not.toContain(idOf(replica));
    }
    expect(logOf("bridge-1")).toContain("connected to the upstream broker");
  });
});
