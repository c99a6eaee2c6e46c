/**
 * Two of three core servers come back without what they had stored. What only they knew is gone with
 * them; what is accepted from then on is inspected and stored.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { publishAlert } from "../../app/inspector/upstream-load.fixture.ts";
import { jetstream } from "../../app/shared/nats.ts";
import { eventually, InspectionFixture } from "../support/inspection.ts";

const clients = Array.from({ length: 20 }, (_, i) => `pump-${i}`);
let fixture: InspectionFixture;

beforeAll(async () => {
  fixture = await InspectionFixture.start();
  await fixture.register(clients);
  await fixture.inspector("inspector-1");
  await fixture.inspector("inspector-2");
});
afterAll(() => fixture?.stop());

async function publishAlerts(name: string, count: number): Promise<void> {
  const js = jetstream(await fixture.nats("bridge"));
  for (let i = 0; i < count; i++) {
    await publishAlert(js, clients[i % clients.length] ?? "", `{"id":"${name}-${i}"}`);
  }
}

const stored = (name: string, count: number) =>
  eventually(
    async () => {
      const alerts = await fixture.stored("MQTT_ALERTS", () => true);
      const ids = alerts.map(({ text }) => String(JSON.parse(text).id));
      return new Set(ids.filter((id) => id.startsWith(`${name}-`))).size;
    },
    (found) => found === count,
    120_000,
  );

async function loseVolumes(names: readonly string[]): Promise<void> {
  const cores = names.map((name) => fixture.region.process(name));
  for (const core of cores) core.kill("SIGKILL");
  await Promise.all(cores.map((core) => core.exited()));
  for (const name of names) {
    const store = join(fixture.region.directory, "state/nats", name, "store");
    rmSync(store, { recursive: true });
  }
  for (const core of cores) core.launch();
}

it("inspects what is accepted after two of three volumes were lost", async () => {
  await publishAlerts("before", 400);
  await stored("before", 400);
  await loseVolumes(["core-2", "core-3"]);
  await publishAlerts("after", 250);
  await stored("after", 250);
  await eventually(
    () => fixture.shares(),
    (shares) => shares.join() === "6,6",
    60_000,
  );
  for (const replica of ["inspector-1", "inspector-2"]) {
    await eventually(
      () => fixture.notReady(replica),
      (reason) => reason === undefined,
    );
  }
  expect(await fixture.messagesIn("INGRESS")).toBeLessThanOrEqual(650);
});
