import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startPlainNats } from "../../test/support/plain-nats.ts";
import { subjects } from "../contract/subjects.ts";
import { createLog } from "../shared/log.ts";
import { jetstream, jetstreamManager, type NatsConnection } from "../shared/nats.ts";
import { AlertIndexer } from "./alert-indexer.ts";
import { MissedAlerts, type Place } from "./missed-alerts.ts";

const api = "$JS.API";
const info = "$JS.API.STREAM.INFO.MQTT_ALERTS";
const devices = 40;
const soon = { timeout: 60_000, interval: 20 };

let server: Awaited<ReturnType<typeof startPlainNats>>;
let connection: NatsConnection;
beforeAll(async () => {
  server = await startPlainNats({});
  connection = server.connection;
});
afterAll(async () => {
  await server?.stop();
});

const started: AlertIndexer[] = [];
/** Reads all that is not the latest by the index. */
function reader(of = connection): MissedAlerts {
  const indexer = new AlertIndexer({ connection: of, api, info, log: createLog("test", "silent") });
  started.push(indexer);
  return new MissedAlerts({
    ...{ connection: of, api, indexer, nearEnd: 0 },
    ...{ placeAt: (since: number) => ({ since }), onAnswer: () => {} },
  });
}

/** Alerts of the devices in turn: the n-th one's text is n, in the stream's order. */
async function store(from: number, to: number): Promise<void> {
  const js = jetstream(connection);
  for (let n = from; n <= to; n += 500) {
    const some = Array.from({ length: Math.min(500, to - n + 1) }, (_, i) => n + i);
    await Promise.all(
      some.map((each) => js.publish(subjects.alerts(`pump-${each % devices}`), `${each}`)),
    );
  }
}
beforeEach(async () => {
  const { streams } = await jetstreamManager(connection);
  await streams.add({ name: "MQTT_ALERTS", subjects: ["clients.*.alerts"], allow_direct: true });
});
afterEach(async () => {
  for (const indexer of started.splice(0)) indexer.stop();
  const { streams } = await jetstreamManager(connection);
  await streams.delete("MQTT_ALERTS");
});

async function read(missed: MissedAlerts, ...request: Parameters<MissedAlerts["read"]>) {
  await missed.whenAtHand(request[1], new AbortController().signal);
  const reading = await missed.read(...request);
  if (!reading) throw new Error("the index is another one by now");
  return reading;
}
async function readAll(missed: MissedAlerts, clientId: string, from: Place) {
  const found = [];
  for (let place = from; ; ) {
    const { alerts, more, next } = await read(missed, clientId, place);
    found.push(...alerts);
    if (!more) return found;
    place = next;
  }
}
const textsOf = (alerts: readonly { readonly data: Uint8Array }[]) =>
  alerts.map(({ data }) => Number(Buffer.from(data).toString()));
const ofPump3 = (from: number, to: number) =>
  Array.from({ length: to }, (_, i) => i + 1).filter((n) => n >= from && n % devices === 3);

it("reads every alert of a device, in order, from a sequence or a time on, and what came since", async () => {
  await store(1, 12_500);
  const missed = reader();
  missed.indexer.start();
  const all = await readAll(missed, "pump-3", { sequence: 1 });
  expect(textsOf(all)).toEqual(ofPump3(1, 12_500));
  expect(textsOf(await readAll(missed, "pump-3", { since: 0 }))).toEqual(ofPump3(1, 12_500));

  const middle = all[150];
  const later = await readAll(missed, "pump-3", { since: middle?.storedAt ?? 0 });
  expect(later).toEqual(
    all.slice(all.findIndex(({ storedAt }) => storedAt >= (middle?.storedAt ?? 0))),
  );

  await store(12_501, 13_000);
  const { next } = await read(missed, "pump-3", { sequence: 12_484 }, 100);
  expect(next).toEqual({ sequence: 12_964 });
  expect(textsOf(await readAll(missed, "pump-3", { sequence: 12_484 }))).toEqual(
    ofPump3(12_484, 13_000),
  );
}, 120_000);

it("waits until the index reaches as far back, and reads what is at hand meanwhile", async () => {
  await store(1, 500);
  let held = true;
  const waiting: (() => void)[] = [];
  /** What is stored before the start of the index comes later. */
  const slow = Object.create(connection, {
    requestMany: {
      value: async (...asked: Parameters<NatsConnection["requestMany"]>) => {
        if (held && JSON.parse(`${asked[1]}`).seq === 1) {
          await new Promise<void>((resolve) => waiting.push(resolve));
        }
        return connection.requestMany(...asked);
      },
    },
  }) as NatsConnection;
  const missed = reader(slow);
  missed.indexer.start();
  await expect.poll(() => missed.indexer.index?.until, soon).toBe(501);
  await store(501, 600);
  await expect.poll(() => missed.indexer.index?.until, soon).toBe(601);
  expect([missed.isAtHand({ sequence: 501 }), missed.isAtHand({ sequence: 499 })]).toEqual([
    true,
    false,
  ]);
  expect(missed.isAtHand({ since: 0 })).toBe(false);
  expect(await missed.read("pump-3", { since: 0 })).toBeUndefined();
  expect(textsOf(await readAll(missed, "pump-3", { sequence: 501 }))).toEqual(ofPump3(501, 600));

  const all = readAll(missed, "pump-3", { sequence: 1 });
  held = false;
  for (const go of waiting) go();
  expect(textsOf(await all)).toEqual(ofPump3(1, 600));
}, 120_000);

it("takes no copy's word for it that something is not there", async () => {
  await store(1, 2_000);
  let damaged = true;
  /** A copy that lacks the alerts of 201 to 300, as those have whose disk was. */
  const other = Object.create(connection, {
    requestMany: {
      value: async (...asked: Parameters<NatsConnection["requestMany"]>) => {
        const answers = await connection.requestMany(...asked);
        if (!damaged) return answers;
        return (async function* () {
          for await (const answer of answers) {
            const sequence = Number(answer.headers?.last("Nats-Sequence") ?? 0);
            if (sequence <= 200 || sequence > 300) yield answer;
          }
        })();
      },
    },
  }) as NatsConnection;
  const missed = reader(other);
  missed.indexer.start();
  const all = readAll(missed, "pump-3", { sequence: 1 });
  await expect.poll(() => missed.indexer.index?.until, soon).toBe(2_001);
  damaged = false;
  expect(textsOf(await all)).toEqual(ofPump3(1, 2_000));
}, 120_000);

it("leaves out what is no longer kept, and begins anew with a stream that was made anew", async () => {
  await store(1, 1_000);
  const missed = reader();
  missed.indexer.start();
  expect(await readAll(missed, "pump-3", { sequence: 1 })).toHaveLength(25);
  const { streams } = await jetstreamManager(connection);
  await streams.deleteMessage("MQTT_ALERTS", 43);
  await streams.purge("MQTT_ALERTS", { seq: 41 });
  const kept = ofPump3(44, 1_000);
  expect(textsOf(await readAll(missed, "pump-3", { sequence: 1 }))).toEqual(kept);

  await streams.delete("MQTT_ALERTS");
  await streams.add({ name: "MQTT_ALERTS", subjects: ["clients.*.alerts"], allow_direct: true });
  await store(1, 200);
  await expect.poll(() => missed.indexer.restarts, soon).toBe(1);
  expect(textsOf(await readAll(missed, "pump-3", { sequence: 1 }))).toEqual(ofPump3(1, 200));
}, 120_000);

it("begins anew with a stream that lost its end and was filled again beyond the mark, unseen", async () => {
  await store(1, 1_000);
  let down = false;
  let before: { readonly created: string; readonly firstAt: string } | undefined;
  /** Of which nothing tells but what is in it: its making and its first alert are those of before. */
  const other = Object.create(connection, {
    request: {
      value: async (...asked: Parameters<NatsConnection["request"]>) => {
        const answer = await connection.request(...asked);
        if (asked[0] !== info) return answer;
        if (down) throw new Error("nobody answers");
        const told = answer.json<{ created: string; state: { first_ts: string } }>();
        before ??= { created: told.created, firstAt: told.state.first_ts };
        const state = { ...told.state, first_ts: before.firstAt };
        return { json: () => ({ ...told, created: before?.created, state }) };
      },
    },
  }) as NatsConnection;
  const missed = reader(other);
  missed.indexer.start();
  expect(textsOf(await readAll(missed, "pump-3", { sequence: 1 }))).toEqual(ofPump3(1, 1_000));
  down = true;
  const { streams } = await jetstreamManager(connection);
  await streams.delete("MQTT_ALERTS");
  await streams.add({ name: "MQTT_ALERTS", subjects: ["clients.*.alerts"], allow_direct: true });
  // Each is now one place further to the front.
  await store(2, 1_501);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  down = false;
  await expect.poll(() => missed.indexer.index?.until, soon).toBe(1_501);
  expect(missed.indexer.restarts).toBe(1);
  expect(textsOf(await readAll(missed, "pump-3", { sequence: 1 }))).toEqual(ofPump3(2, 1_501));
}, 120_000);
