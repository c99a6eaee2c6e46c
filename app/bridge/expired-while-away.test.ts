/** What a publisher lets expire while no bridge runs is counted by the next one, as far as it can be known. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import type { ManagedProcess } from "../../test/support/local-region.ts";

const expirySeconds = 1;
const replicas = ["away-1", "away-2"] as const;
let fixture: IngressFixture;
let bridges: ManagedProcess[] = [];

beforeAll(async () => {
  fixture = await IngressFixture.start();
});
afterAll(() => fixture.stop());
afterEach(async () => {
  for (const bridge of bridges.splice(0)) await bridge.stop();
  await fixture.release();
});

const expired = () =>
  Promise.all(replicas.map((name) => fixture.valueOf(name, "expired_messages_total")));
const alarm = (text: string) => JSON.stringify({ alarm: text });
const texts = async (client: string) => (await fixture.ingress(client)).get(client) ?? [];

/** Ends both, lets two alerts expire and keeps one meanwhile, and starts both again. */
async function whileAway(client: string, end: (bridge: ManagedProcess) => Promise<unknown>) {
  bridges = await Promise.all(replicas.map((name) => fixture.bridgeProcess(name)));
  const publisher = await fixture.publisher();
  const publish = (text: string, expiry?: number) =>
    publisher.publishAsync(`clients/${client}/alerts`, text, {
      qos: 1,
      ...(expiry !== undefined && { properties: { messageExpiryInterval: expiry } }),
    });
  await publish(alarm("before"));
  await vi.waitFor(async () => expect(await texts(client)).toEqual([alarm("before")]), within);
  // Both have acknowledged it: nothing is left to come again.
  await vi.waitFor(
    async () =>
      expect(
        await Promise.all(replicas.map((name) => fixture.valueOf(name, "held_bytes"))),
      ).toEqual([0, 0]),
    within,
  );
  for (const bridge of bridges) await end(bridge);

  for (const text of [alarm("gone"), alarm("gone too")]) await publish(text, expirySeconds);
  await publish(alarm("kept"));
  // Time itself is what lets them expire; the broker counts in whole seconds.
  await delay((expirySeconds + 2) * 1_000);
  await Promise.all(bridges.map((bridge) => bridge.start()));
  await publish(alarm("after"));
  const all = [alarm("before"), alarm("kept"), alarm("after")];
  await vi.waitFor(async () => expect(await texts(client)).toEqual(all), within);
}

it("both were stopped: by how far they said that they were", async () => {
  await whileAway("stopped", (bridge) => bridge.stop());
  await vi.waitFor(async () => expect(await expired()).toEqual([2, 2]), within);
});

it("both were killed with nothing on its way: nothing is known of it, and nothing claimed", async () => {
  await whileAway("killed", async (bridge) => {
    bridge.kill("SIGKILL");
    await bridge.exited();
  });
  expect(await expired()).toEqual([0, 0]);
});
