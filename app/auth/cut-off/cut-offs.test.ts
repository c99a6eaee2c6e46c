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
const perMinute = 100;
const exists = async (clientId: string) => !clientId.startsWith("made-up");
const soon = { timeout: 60_000, interval: 20 };
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
  const cutOffs = new CutOffs({
    ...{ store: cutOffStore(connection), times, perMinute, exists, clock: () => nowMs },
  });
  const reader = deaf
    ? undefined
    : followCutOffs({ connection, cutOffs, onLearned: () => {}, log });
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

  expect(answers.filter((answer) => "isNew" in answer && answer.isNew)).toHaveLength(1);
  const made = answers.map((answer) => "cutOff" in answer && JSON.stringify(answer.cutOff));
  expect(new Set(made).size).toBe(1);
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

  const outcome = await replica({ deaf: true }).cutOffs.cutOff({
    clientId: "again",
    limit: "bytes",
  });

  const cutOff = { count: 2, limit: "bytes", sinceMs: nowMs, untilMs: nowMs + 120_000 };
  expect(outcome).toEqual({ cutOff, isNew: true });
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

it("is made for devices alone, and never for more in a minute than a region may", async () => {
  nowMs = 10_000_000;
  const [one, other] = [replica(), replica()];
  const outcomeOf = async ({ cutOffs }: typeof one, clientId: string) => {
    const outcome = await cutOffs.cutOff({ clientId, limit });
    return "withheld" in outcome ? outcome.withheld : "made";
  };
  expect(await outcomeOf(one, "made-up-1")).toBe("unknown");
  for (let n = 0; n < perMinute; n++) expect(await outcomeOf(one, `many-${n}`)).toBe("made");

  expect(await outcomeOf(one, "one-more")).toBe("limit");
  await expect.poll(() => other.cutOffs.isCutOff(`many-${perMinute - 1}`), soon).toBe(true);
  expect(await outcomeOf(other, "one-more")).toBe("limit");
  // Who is kept out already takes no room.
  expect(await outcomeOf(other, "many-0")).toBe("made");
  nowMs += 60_000;
  expect(await outcomeOf(other, "one-more")).toBe("made");

  for (let n = 0; n < perMinute; n++) await outcomeOf(one, `made-up-${n}`);
  expect(await outcomeOf(one, "made-up-again")).toBe("limit");
  expect(await storedOf("made-up-1")).toEqual([]);
  for (const { stop } of [one, other]) stop();
});
