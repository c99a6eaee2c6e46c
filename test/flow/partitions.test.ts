/** The log of alerts is split into another number of partitions while alerts come in. */
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  UpstreamLoad,
  type UpstreamLoadOptions,
} from "../../app/inspector/upstream-load.fixture.ts";
import { repartition } from "../../app/provision/repartition.ts";
import { createLog } from "../../app/shared/log.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import { eventually, InspectionFixture } from "../support/inspection.ts";
import { asMaker, definitionIn, makeStream } from "../support/made-anew.ts";

let fixture: InspectionFixture;
let bridge: NatsConnection;

beforeAll(async () => {
  fixture = await InspectionFixture.start();
  bridge = await fixture.nats("bridge");
  await fixture.inspector("inspector-1");
  await fixture.inspector("inspector-2");
  await shares("6,6");
});
afterAll(() => fixture?.stop());

const shares = (wanted: string) =>
  eventually(
    () => fixture.shares(),
    (seen) => seen.join() === wanted,
  );

it.each([
  { partitions: 24, owned: "12,12" },
  { partitions: 5, owned: "3,2" },
])("nothing is lost, repeated or out of order on the way to $partitions", async ({
  partitions,
  owned,
}) => {
  const options: UpstreamLoadOptions = { prefix: `to${partitions}-`, clients: 50, perSecond: 100 };
  await fixture.register(UpstreamLoad.clientsOf(options));
  const load = new UpstreamLoad(bridge, options);
  await delay(1_000);
  await makeStream(fixture.region, "INGRESS", { partitions });
  await shares(owned);
  await delay(1_000);
  await load.stop();
  const alerts = await eventually(
    () =>
      fixture.stored("MQTT_ALERTS", (subject) => subject.startsWith(`clients.${options.prefix}`)),
    (stored) => stored.length >= load.count,
  );
  expect(load.arrivalOf(alerts)).toMatchObject({ lost: 0, repeated: 0, disordered: 0 });
});

it("it stays as it is while nobody reads it to its end", async () => {
  await fixture.endInspectors();
  const options: UpstreamLoadOptions = { prefix: "unread-", clients: 5, perSecond: 50 };
  await fixture.register(UpstreamLoad.clientsOf(options));
  const load = new UpstreamLoad(bridge, options);
  await eventually(
    () => fixture.messagesIn("INGRESS"),
    (count) => count >= 10,
  );
  const definition = definitionIn(fixture.region, "INGRESS", { partitions: 12 });
  const log = createLog("test", "silent");
  const changing = asMaker(fixture.region, "INGRESS", (jsm) =>
    repartition({ jsm, definition, limitMs: 2_000, log }),
  );
  await expect(changing).rejects.toThrow(/^INGRESS still holds \d+ messages after 2 s/);
  // It takes alerts again.
  const before = await fixture.messagesIn("INGRESS");
  await eventually(
    () => fixture.messagesIn("INGRESS"),
    (count) => count > before,
  );
  await load.stop();
});
