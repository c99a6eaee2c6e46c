import { afterAll, beforeAll, expect, it } from "vitest";
import type { Region } from "../../../test/support/local-region.ts";
import { deleteStream, makeStream, permitDeletion } from "../../../test/support/made-anew.ts";
import { connectAs } from "../../../test/support/stored.ts";
import { startTestRegion } from "../../../test/support/test-region.ts";
import { subjects } from "../../contract/subjects.ts";
import { createLog } from "../../shared/log.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import { readBatch } from "../../shared/stored-messages.ts";
import { cutOffStore, followCutOffs } from "./cut-off-store.ts";
import { CutOffs } from "./cut-offs.ts";

const times = { firstSeconds: 60, longestSeconds: 3_600 };
const limit = "messages" as const;
const soon = { timeout: 10_000, interval: 20 };
const log = createLog("test", "silent");

let region: Region;
let connection: NatsConnection;
let nowMs = 1_000;

beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 1, edges: 0, ...none });
  connection = await connectAs(region, "auth");
});
afterAll(async () => {
  await connection?.close();
  await region?.stop();
});

/** What one replica of auth knows, which follows the stream unless it is deaf. */
function replica({ deaf = false } = {}) {
  const cutOffs = new CutOffs({ store: cutOffStore(connection), times, clock: () => nowMs });
  const reader = deaf ? undefined : followCutOffs({ connection, cutOffs, log });
  return { cutOffs, stop: () => reader?.stop() };
}
const storedOf = async (clientId: string) => {
  const batch = { from: { sequence: 1 }, filter: subjects.cutOff(clientId) };
  const stored = await readBatch(connection, "CUT_OFFS", batch);
  return stored.map(({ data }) => JSON.parse(Buffer.from(data).toString()));
};

it("is decided once, however many replicas are asked at the same moment", async () => {
  const replicas = Array.from({ length: 4 }, () => replica({ deaf: true }));
  const answers = await Promise.all(
    replicas.map(({ cutOffs }) => cutOffs.cutOff({ clientId: "asked", limit })),
  );

  expect(answers.filter(({ isNew }) => isNew)).toHaveLength(1);
  expect(new Set(answers.map(({ cutOff }) => JSON.stringify(cutOff))).size).toBe(1);
  expect(replicas.every(({ cutOffs }) => cutOffs.isCutOff("asked"))).toBe(true);
  expect(await storedOf("asked")).toHaveLength(1);
});

it("is known to replicas that were not asked, and to those that start later", async () => {
  const bystander = replica();
  const { cutOffs } = replica({ deaf: true });
  await cutOffs.cutOff({ clientId: "known", limit });

  await expect.poll(() => bystander.cutOffs.isCutOff("known"), soon).toBe(true);
  const late = replica();
  await expect.poll(() => late.cutOffs.isCutOff("known"), soon).toBe(true);
  expect(late.cutOffs.isCutOff("other")).toBe(false);
  for (const { stop } of [bystander, late]) stop();
});

it("ends by itself; the next one is longer, also by a replica that has not heard of the first", async () => {
  nowMs = 1_000;
  const first = replica({ deaf: true });
  await first.cutOffs.cutOff({ clientId: "again", limit });
  nowMs += times.firstSeconds * 1000;
  expect(first.cutOffs.isCutOff("again")).toBe(false);

  const { cutOff, isNew } = await replica({ deaf: true }).cutOffs.cutOff({
    clientId: "again",
    limit: "bytes",
  });

  expect(isNew).toBe(true);
  expect(cutOff).toMatchObject({ count: 2, limit: "bytes", untilMs: nowMs + 120_000 });
  expect(await storedOf("again")).toEqual([cutOff]);
});

it("is known to those that knew an earlier one before the stream was made anew", async () => {
  const bystander = replica();
  await replica({ deaf: true }).cutOffs.cutOff({ clientId: "early", limit });
  await expect.poll(() => bystander.cutOffs.isCutOff("early"), soon).toBe(true);
  nowMs += times.firstSeconds * 1000;
  permitDeletion(region);
  await deleteStream(region, "CUT_OFFS");
  await makeStream(region, "CUT_OFFS");

  await replica({ deaf: true }).cutOffs.cutOff({ clientId: "early", limit });

  await expect.poll(() => bystander.cutOffs.isCutOff("early"), soon).toBe(true);
  bystander.stop();
});
