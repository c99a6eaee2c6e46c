import { afterEach, beforeEach, expect, it } from "vitest";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { type ChangeMark, here } from "../../registry/changes-since.ts";
import { tellChange } from "../../registry/tell-change.ts";
import { jetstream, jetstreamManager } from "../../shared/nats.ts";
import { ChangeAnswers } from "./answer-changes.ts";
import { changesSince } from "./changes-since.ts";

const stream = "REGISTRY_CHANGES";
const bound = { max_msgs_per_subject: 1, max_bytes: 1_000_000 };
let nats: Awaited<ReturnType<typeof startPlainNats>>;
beforeEach(async () => {
  nats = await startPlainNats({ [stream]: ["registry.changes.*", "registry.bars.*"] });
  const { streams } = await jetstreamManager(nats.connection);
  const { config } = await streams.info(stream);
  await streams.update(stream, { ...config, ...bound });
});
afterEach(() => nats.stop());

async function change(...clientIds: readonly string[]): Promise<void> {
  const tell = tellChange(jetstream(nats.connection));
  for (const clientId of clientIds) {
    await tell({ clientId, kind: "suspended", version: 2 }, AbortSignal.timeout(10_000));
  }
}
const since = (mark?: ChangeMark) => changesSince(nats.connection, mark);
const purge = async () => {
  const { streams } = await jetstreamManager(nats.connection);
  await streams.purge(stream);
};

it("tells of each change since the mark, and of nothing before the first", async () => {
  await change("before");
  const first = await since();
  expect(first).toMatchObject({ clientIds: [], lost: true });
  await change("a", "b");
  await jetstream(nats.connection).publish("registry.bars.c", "{}");
  await jetstream(nats.connection).publish("registry.changes.no\u202eid", "{}");
  const second = await since(first.mark);
  expect(second).toMatchObject({ clientIds: ["a", "b"], lost: false, more: false });

  expect(await since(second.mark)).toMatchObject({ clientIds: [], lost: false });
  // The one before it is not there any more, and nothing is lost by that.
  await change("a", "a");
  expect(await since(second.mark)).toMatchObject({ clientIds: ["a"], lost: false });
});

it("says where something may have been told that is not there any more", async () => {
  const { mark } = await since();
  await change("a", "b");
  await purge();
  const afterPurge = await since(mark);
  expect(afterPurge).toMatchObject({ clientIds: [], lost: true });
  expect(await since(afterPurge.mark)).toMatchObject({ lost: false });

  await change("c", "d", "c");
  const dayMs = 86_400_000;
  expect(await since({ ...mark, at: mark.at - dayMs })).toMatchObject({ lost: true });
  const { streams } = await jetstreamManager(nats.connection);
  const { config, state } = await streams.info(stream);
  await streams.update(stream, { ...config, max_bytes: state.bytes });
  expect(await since(mark)).toMatchObject({ clientIds: ["d", "c"], lost: true });
});

it("follows a stream that was made anew from its end", async () => {
  await change("a");
  const { mark } = await since();
  const { streams } = await jetstreamManager(nats.connection);
  const { config } = await streams.info(stream);
  await streams.delete(stream);
  await streams.add(config);
  await change("b", "c");

  expect(await since(mark)).toMatchObject({ lost: true, mark: { next: 3 } });
});

it("comes in parts where there is much", async () => {
  const { mark } = await since();
  const ids = Array.from({ length: 1_050 }, (_, n) => `d-${n}`);
  await Promise.all(ids.map((id) => change(id)));
  const parts = [await since(mark)];
  expect(parts[0]).toMatchObject({ more: true, lost: false });
  for (let last = parts[0]; last?.more; parts.push(last)) last = await since(last.mark);

  expect(parts.length).toBeLessThan(10);
  expect(parts.flatMap(({ clientIds }) => clientIds).sort()).toEqual(ids.sort());
});

it("answers with content whatever it is asked, also where a region cannot be read", async () => {
  const { connection } = nats;
  const away = { ...connection, request: () => Promise.reject(new Error("away")) };
  const peers = [{ region: "eu-west" as const, connection: away as unknown as typeof connection }];
  const answers = new ChangeAnswers({ auth: { connection }, peers });
  const ask = (text: string) => answers.answer(Buffer.from(text));
  for (const text of ["", "{", "null", '{"marks":{"here":{"next":-1}}}']) {
    expect(await ask(text)).toMatch(/problem/);
  }
  expect(JSON.parse(await ask('{"marks":{}}'))).toMatchObject({
    sources: { [here]: { lost: true } },
    unread: ["eu-west"],
  });
});

it("answers one after the other, and turns away a crowd", async () => {
  const { connection } = nats;
  let underWay = 0;
  let most = 0;
  const counted = {
    ...connection,
    request: async (...asked: Parameters<typeof connection.request>) => {
      most = Math.max(most, ++underWay);
      try {
        return await connection.request(...asked);
      } finally {
        underWay--;
      }
    },
  } as typeof connection;
  const answers = new ChangeAnswers({ auth: { connection: counted }, peers: [] });
  const all = await Promise.all(
    Array.from({ length: 50 }, () => answers.answer(Buffer.from('{"marks":{}}'))),
  );
  expect(most).toBe(1);
  expect(all.filter((each) => each.includes('"busy"'))).toHaveLength(45);
  expect(all.filter((each) => each.includes('"sources"'))).toHaveLength(5);
});

it("takes a copy that hears nothing of its origin for one that cannot be read", async () => {
  const { streams } = await jetstreamManager(nats.connection);
  await streams.add({ name: "COPY", mirror: { name: "NOWHERE" } } as never);
  const { mark } = await since();
  const renamed = {
    ...nats.connection,
    request: (subject: string, ...more: [Uint8Array | string | undefined, never]) =>
      nats.connection.request(subject.replace(stream, "COPY"), ...more),
  } as unknown as typeof nats.connection;
  await expect(changesSince(renamed, mark)).rejects.toThrow("hears nothing");
});
