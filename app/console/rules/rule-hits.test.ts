import { afterAll, beforeAll, expect, it } from "vitest";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { jetstream, type NatsConnection } from "../../shared/nats.ts";
import { StreamReads } from "../access/stream-reads.ts";
import { RuleCounter } from "./rule-hits.ts";

let nats: Awaited<ReturnType<typeof startPlainNats>>;
const body = JSON.stringify({
  ...{ time: 1, severity_id: 4 },
  finding_info: { uid: "f1", analytic: { uid: "r1", name: "Odd rate" } },
});
beforeAll(async () => {
  nats = await startPlainNats({ SECURITY_EVENTS: ["events.*.*"] });
  for (let n = 0; n < 3; n++) await jetstream(nats.connection).publish("events.pattern.a", body);
});
afterAll(() => nats?.stop());

/** The connection, whose readings of messages wait until they are let go. */
function gated() {
  const { promise, resolve: letGo } = Promise.withResolvers<void>();
  let readings = 0;
  const connection: NatsConnection = new Proxy(nats.connection, {
    get: (target, name) => {
      const value = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      if (name !== "requestMany") return value.bind(target);
      return async (...given: unknown[]) => {
        readings++;
        await promise;
        return value.apply(target, given);
      };
    },
  });
  return { connection, letGo, readings: () => readings };
}

it("counts once for all who ask, and keeps no more turns from others than its one", async () => {
  const { connection, letGo, readings } = gated();
  const reads = new StreamReads();
  const counter = new RuleCounter({ connection, reads, clock: () => 1_000 });
  const asked = Array.from({ length: 5 }, () => counter.hits());
  await expect.poll(readings, { timeout: 60_000 }).toBe(1);

  const others = ["a", "b"].map((holder) => reads.read(holder, async () => holder));
  expect(await Promise.all(others)).toEqual(["a", "b"]);
  letGo();
  for (const hits of await Promise.all(asked)) {
    expect([...hits.byRule]).toEqual([["r1", { title: "Odd rate", findings: 3 }]]);
  }
  expect(readings()).toBe(1);
});

it("tries again for the next who asks when nobody could be read", async () => {
  let fails = true;
  const read = <T>(_: string, reading: () => Promise<T>) =>
    fails ? Promise.reject(new Error("too many wait")) : reading();
  const { connection } = nats;
  const counter = new RuleCounter({ connection, reads: { read }, clock: () => 1_000 });
  await expect(counter.hits()).rejects.toThrow("too many wait");
  fails = false;
  expect((await counter.hits()).byRule.get("r1")?.findings).toBe(3);
});
