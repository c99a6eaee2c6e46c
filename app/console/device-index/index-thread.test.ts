/** The index as the console has it: in its thread, on a table of an emulator, told of changes by a real server. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { ChangeAnswers } from "../../auth/revocation/answer-changes.ts";
import { subjects } from "../../contract/subjects.ts";
import { damagedItem } from "../../registry/damaged-items.fixture.ts";
import { DeviceRegistry } from "../../registry/device-registry.ts";
import { deviceWith, type Emulator, startEmulator } from "../../registry/emulator.fixture.ts";
import { noJournal } from "../../registry/registry-change.ts";
import { tellChange } from "../../registry/tell-change.ts";
import { TellingJournal } from "../../registry/telling-journal.ts";
import { createLog } from "../../shared/log.ts";
import { jetstream, jetstreamManager } from "../../shared/nats.ts";
import { followChanges } from "./change-follower.ts";
import { DeviceSearch } from "./device-search.ts";
import type { IndexFilter } from "./index-search.ts";
import { startIndexThread } from "./index-thread.ts";

const soon = { timeout: 60_000, interval: 50 };
const log = createLog("test", "silent");
const table = "devices";
const by = { actor: "operator-1", nowMs: 5_000 };

let nats: Awaited<ReturnType<typeof startPlainNats>>;
let emulator: Emulator;
let registry: DeviceRegistry;
let directory: string;
let running: ReturnType<typeof open>;

beforeAll(async () => {
  [nats, emulator] = await Promise.all([
    startPlainNats({ REGISTRY_CHANGES: ["registry.changes.*"] }),
    startEmulator(table),
  ]);
  const changes = new ChangeAnswers({ auth: { connection: nats.connection }, peers: [] });
  nats.connection.subscribe(subjects.registryChangesSince, {
    callback: (_, message) => {
      void changes.answer(message.data).then((answer) => message.respond(answer));
    },
  });
  const tell = tellChange(jetstream(nats.connection));
  const journal = new TellingJournal({ journal: noJournal, tell, patienceMs: 10_000 });
  registry = new DeviceRegistry({ client: emulator.client, table, consistent: true, journal });
});
afterAll(async () => {
  await nats?.stop();
  await emulator?.stop();
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-index-"));
});
afterEach(async () => {
  await running?.close();
  rmSync(directory, { recursive: true, force: true });
});

function open(unitsPerSecond = 1e9) {
  let follower: { readonly stop: () => void } | undefined;
  const failures: string[] = [];
  const thread = startIndexThread({
    settings: {
      file: { path: join(directory, "devices.sqlite"), limitBytes: 2 ** 26 },
      ...{ table, aws: { region: "us-east-1", endpoint: emulator.endpoint } },
      ...{ unitsPerSecond, everyMs: 86_400_000 },
    },
    onFailure: () => failures.push("failed"),
    onBegin: (marks) => {
      const { follow } = thread;
      const { connection } = nats;
      follower?.stop();
      follower = followChanges({ connection, follow, marks, clock: Date.now, log });
    },
    log,
  });
  const search = new DeviceSearch({ find: thread.find, registry });
  const page = (filter: IndexFilter) => search.page("kim", filter, { after: undefined, limit: 50 });
  return {
    failures,
    state: thread.state,
    page,
    ids: async (filter: IndexFilter) => {
      // A thread that has not begun yet says so.
      const found = await page(filter).catch(() => undefined);
      return found && [...found.records, ...found.unreadable].map(({ clientId }) => clientId);
    },
    filled: () => expect.poll(() => thread.state()?.filledAt, soon).toBeDefined(),
    close: async () => {
      follower?.stop();
      await thread.close();
    },
  };
}

it("finds a device by what it is a moment after it was created, changed and deleted", async () => {
  await registry.overwriteMany([deviceWith("old-1", "a", { labels: ["x"] })]);
  running = open();
  await running.filled();
  expect(await running.ids({ label: "x" })).toEqual(["old-1"]);

  await registry.create(deviceWith("new-1", "b", { labels: ["x", "site:oslo"] }), by);
  await expect.poll(() => running.ids({ prefix: "new-" }), soon).toEqual(["new-1"]);
  await registry.suspend("new-1", by);
  await expect.poll(() => running.ids({ status: "suspended" }), soon).toEqual(["new-1"]);
  await registry.setLabels("new-1", ["site:rome"], by);
  await expect.poll(() => running.ids({ label: "site:rome" }), soon).toEqual(["new-1"]);
  expect(await running.ids({ label: "site:oslo" })).toEqual([]);
  await registry.delete("new-1", by, { force: true });
  await expect.poll(async () => (await running.page({ prefix: "new-" })).found, soon).toBe(0);
  expect(running.state()?.asOf).toBeGreaterThan(Date.now() - 60_000);
  expect(running.failures).toEqual([]);
});

it("shows of a device what it is now, and leaves out what does not fit any more", async () => {
  await registry.overwriteMany([deviceWith("late-1", "a"), deviceWith("late-2", "a")]);
  running = open();
  await running.filled();
  // Past the tools: nobody is told.
  await registry.overwriteMany([deviceWith("late-1", "a", { status: "revoked" })]);

  expect(await running.ids({ prefix: "late-", status: "active" })).toEqual(["late-2"]);
  const { records } = await running.page({ prefix: "late-1" });
  expect(records[0]?.status).toBe("revoked");
});

it("finds what is damaged, and items under strange keys", async () => {
  const write = (Item: ReturnType<typeof damagedItem>) =>
    emulator.client.send(new PutItemCommand({ TableName: table, Item }));
  await write(damagedItem("broken", "s", { version: { N: "-1" } }));
  await write(damagedItem("\u202e7-pmup", "s", {}));
  running = open();
  await running.filled();

  expect(await running.ids({ status: "damaged" })).toEqual([
    "broken",
    expect.stringMatching(/^key:/),
  ]);
  expect(await running.ids({ prefix: "key:" })).toHaveLength(1);
});

it("goes on where it was when it is started again, without reading the table anew", async () => {
  running = open();
  await running.filled();
  const filledAt = running.state()?.filledAt;
  await running.close();
  await registry.create(deviceWith("meanwhile", "b"), by);
  running = open();

  await expect.poll(() => running.ids({ prefix: "meanwhile" }), soon).toEqual(["meanwhile"]);
  expect(running.state()?.filledAt).toBe(filledAt);
});

it("begins with another file where its own is damaged", async () => {
  await registry.overwriteMany(
    Array.from({ length: 500 }, (_, n) => deviceWith(`kept-${n}`, "b", { labels: [`l-${n}`] })),
  );
  running = open();
  await running.filled();
  const filledAt = running.state()?.filledAt ?? 0;
  await running.close();
  const path = join(directory, "devices.sqlite");
  const bytes = readFileSync(path);
  // What its tables hold, not where they begin: so it can be opened.
  writeFileSync(path, bytes.fill(0xa5, 12 * 4_096));
  running = open();

  const found = async () => (await running.page({ prefix: "kept-" }).catch(() => undefined))?.found;
  await expect.poll(found, soon).toBe(500);
  await expect.poll(() => running.state()?.filledAt, soon).toBeGreaterThan(filledAt);
  expect(running.failures.length).toBeGreaterThan(0);
});

it("goes on with a reading of the table that was interrupted", async () => {
  await registry.overwriteMany(
    Array.from({ length: 2_000 }, (_, n) => deviceWith(`many-${n}`, "b")),
  );
  const read = () => running.state()?.read ?? 0;
  running = open(50);
  await expect.poll(read, soon).toBeGreaterThanOrEqual(500);
  expect(running.state()?.filledAt).toBeUndefined();
  expect((await running.page({ prefix: "many-" })).records).toHaveLength(50);
  await running.close();
  running = open(1);

  await expect.poll(read, soon).toBeGreaterThanOrEqual(500);
  await running.close();
  running = open();
  await running.filled();
  expect((await running.page({ prefix: "many-" })).found).toBe(2_000);
});

it("reads the table anew where changes were lost, and says meanwhile from when what it has is", async () => {
  running = open(50);
  await running.filled();
  const before = running.state();
  await running.close();
  await registry.overwriteMany(
    Array.from({ length: 1_500 }, (_, n) => deviceWith(`unheard-${n}`, "b")),
  );
  await registry.create(deviceWith("unheard", "b"), by);
  const { streams } = await jetstreamManager(nats.connection);
  await streams.purge("REGISTRY_CHANGES");
  running = open(50);

  await expect.poll(() => running.state()?.filling, soon).toBe(true);
  await expect.poll(() => running.state()?.read ?? 0, soon).toBeGreaterThan(0);
  expect(running.state()?.asOf).toBeLessThanOrEqual(before?.asOf ?? 0);
  await expect.poll(() => running.state()?.filling, soon).toBe(false);
  expect((await running.page({ prefix: "unheard" })).found).toBe(1_501);
  expect(running.state()?.asOf).toBeGreaterThan(before?.asOf ?? 0);
});

it("is served while the table is away, and takes up what changed when it is back", async () => {
  running = open();
  await running.filled();
  await registry.create(deviceWith("away-1", "b"), by);
  await expect.poll(() => running.ids({ prefix: "away-" }), soon).toEqual(["away-1"]);
  await emulator.pause();
  await tellChange(jetstream(nats.connection))(
    { clientId: "away-2", kind: "swept", version: 1 },
    AbortSignal.timeout(10_000),
  );
  await expect.poll(() => running.failures.length, soon).toBeGreaterThan(0);
  await emulator.resume();
  await registry.create(deviceWith("away-2", "b"), by);

  await expect.poll(() => running.ids({ prefix: "away-" }), soon).toEqual(["away-1", "away-2"]);
});
