/** Where both bridges are at fault at once: nothing is lost or out of order, and what they held may come twice. */
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { IngressFixture, within } from "../../test/support/ingress.ts";
import { Load, onlyFirst } from "./load.fixture.ts";

let fixture: IngressFixture;

beforeAll(async () => {
  fixture = await IngressFixture.start();
});
afterAll(() => fixture.stop());
afterEach(() => fixture.release());

const load = (prefix: string) =>
  new Load(fixture.broker, { prefix, clients: 20, messages: 1_500, perSecond: 300 });
const isPublished = (sent: Load, alerts: number) =>
  vi.waitFor(() => expect(sent.count).toBeGreaterThan(alerts), within);
const isStored = (sent: Load, prefix: string) =>
  vi.waitFor(
    async () => expect(onlyFirst(await fixture.ingress(prefix))).toEqual(sent.sent),
    within,
  );

it("both are killed within the same moment", async () => {
  const bridges = [await fixture.bridgeProcess("twin-1"), await fixture.bridgeProcess("twin-2")];
  const sent = load("twins-");
  await isPublished(sent, 300);
  for (const bridge of bridges) bridge.kill("SIGKILL");
  await Promise.all(bridges.map((bridge) => bridge.exited()));
  await Promise.all(bridges.map((bridge) => bridge.start()));
  await sent.finished;
  await isStored(sent, "twins-");
  await Promise.all(bridges.map((bridge) => bridge.stop()));
});

it("one is killed while JetStream is away and the other one holds what came", async () => {
  const survivor = await fixture.bridge("holding");
  const bridge = await fixture.bridgeProcess("leaving");
  const sent = load("held-");
  await isPublished(sent, 300);
  await fixture.killNats();
  await isPublished(sent, 600);
  bridge.kill("SIGKILL");
  await bridge.exited();
  await isPublished(sent, 900);
  await fixture.startNats();
  await bridge.start();
  await sent.finished;
  await isStored(sent, "held-");
  expect(survivor.failures).toEqual([]);
  await bridge.stop();
});
