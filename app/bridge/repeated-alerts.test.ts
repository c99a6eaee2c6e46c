/** Two publishes are two alerts, unless the publisher says that they are one. */
import { setTimeout as delay } from "node:timers/promises";
import type { IClientOptions, IClientPublishOptions } from "mqtt";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";

let fixture: IngressFixture;

beforeAll(async () => {
  fixture = await IngressFixture.start();
});
afterAll(() => fixture.stop());
afterEach(() => fixture.release());

const alert = '{"id":"same","alarm":"door open"}';
const versions: readonly [string, IClientOptions][] = [
  ["MQTT 5", { protocolVersion: 5 }],
  ["MQTT 3.1.1", { protocolVersion: 4 }],
];

async function publish(client: string, options: IClientOptions, each: IClientPublishOptions[]) {
  const sender = await fixture.publisher(options);
  const sent = each.map((own) =>
    sender.publishAsync(`clients/${client}/alerts`, alert, { qos: 1, ...own }),
  );
  await Promise.all(sent);
}

/** Waits until an alert that was published last has arrived at every bridge and is stored. */
async function storedOf(client: string) {
  const last = `${client}-last`;
  await publish(last, {}, [{}]);
  await vi.waitFor(async () => expect((await fixture.ingress(last)).size).toBe(1), within);
  // Longer than a follower waits before it stores what nobody told it about.
  await delay(1_000);
  return (await fixture.ingress(client)).get(client)?.length ?? 0;
}

describe.each(versions)("identical alerts of an %s publisher", (version, options) => {
  const client = (what: string) => `${what}-${version.replaceAll(/\W/g, "")}`;

  it("are as many as were published in one burst", async () => {
    await fixture.bridge("bridge-1");
    await fixture.bridge("bridge-2");
    await publish(client("burst"), options, [{}, {}, {}]);
    expect(await storedOf(client("burst"))).toBe(3);
  });

  it("are as many as were published five seconds apart", async () => {
    await fixture.bridge("bridge-1");
    await fixture.bridge("bridge-2");
    for (let n = 0; n < 3; n++) {
      if (n > 0) await delay(5_000);
      await publish(client("apart"), options, [{}]);
    }
    expect(await storedOf(client("apart"))).toBe(3);
  });
});

describe("an alert id", () => {
  const under = (id: string | string[]): IClientPublishOptions => ({
    properties: { userProperties: { "alert-id": id } },
  });

  it("makes several publishes one alert, whichever bridge takes them", async () => {
    const first = await fixture.bridge("bridge-1");
    await publish("ids", {}, [under("a"), under("a"), under("b")]);
    await vi.waitFor(async () => expect((await fixture.ingress("ids")).size).toBe(1), within);
    await first.drain();
    await fixture.bridge("bridge-2");
    await publish("ids", {}, [under("a")]);
    expect(await storedOf("ids")).toBe(2);
  });

  it("is none when there are several of them", async () => {
    await fixture.bridge("bridge-1");
    await publish("several", {}, [under(["a", "b"]), under(["a", "b"])]);
    expect(await storedOf("several")).toBe(2);
  });
});
