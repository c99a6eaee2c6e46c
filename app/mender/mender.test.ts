import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, it } from "vitest";
import { AuditChain } from "../audit/audit-chain.ts";
import { testSigners } from "../audit/audit-keys.fixture.ts";
import { AuditOutbox } from "../audit/audit-outbox.ts";
import type { AuditRecord } from "../audit/audit-record.ts";
import { createLog } from "../shared/log.ts";
import type { ServerSight, Sight } from "./diagnosis.ts";
import { MendMemory } from "./mend-memory.ts";
import { Mender } from "./mender.ts";
import { createMenderMetrics } from "./mender-metrics.ts";

const server = (missing: number, last = 4_000): ServerSight => ({
  healthy: true,
  copies: [
    {
      ...{ account: "AUDIT", stream: "AUDIT", server: "" },
      state: { messages: last - missing, first_seq: 1, last_seq: last },
    },
  ],
});
const sightOf = (own: ServerSight | undefined): Sight =>
  new Map([
    ["core-1", other],
    ["core-2", own],
    ["core-3", other],
  ]);

let folder: string;
/** What the next looks find at the server beside it; the last one for good. */
let own: (ServerSight | undefined)[];
/** What they find at each other one. */
let other: ServerSight;
/** Whether AUDIT takes what it is given. */
let audited: boolean;
let stored: AuditRecord[];
let givenUp: string[];
let open: boolean;
let nowMs: number;
let registry: Registry;
let mender: Mender;

function startMender(): void {
  registry = new Registry();
  const chain = new AuditChain({
    ...{ kind: "copies", name: "mender-2", signer: testSigners.mender, clock: () => nowMs },
  });
  mender = new Mender({
    own: "core-2",
    look: async () => sightOf(own.length > 1 ? own.shift() : own[0]),
    orders: {
      get open() {
        return open;
      },
      makeAnew: (copies) => {
        givenUp.push(...copies.map(({ stream }) => stream));
      },
    },
    memory: new MendMemory(join(folder, "mends.json")),
    outbox: new AuditOutbox({
      ...{ chain, limit: 100, oldestMs: 60_000, inFlight: 10, clock: () => nowMs },
      store: async (record, signal) => {
        if (!audited) return new Promise((_, reject) => signal.addEventListener("abort", reject));
        stored.push(record);
      },
    }),
    ...{ announceMs: 50, mostPerDay: 2, log: createLog("test", "silent"), clock: () => nowMs },
    metrics: createMenderMetrics(registry),
  });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sentinel-mender-"));
  own = [server(7)];
  other = server(0);
  [audited, stored, givenUp, open, nowMs] = [true, [], [], false, 1_000_000_000_000];
  startMender();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function looks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await mender.step();
}
const told = () =>
  stored
    .filter(({ subject }) => subject === "audit.copies._")
    .map(({ body }) => JSON.parse(Buffer.from(body).toString()))
    .map(({ status, status_detail: detail }) => (detail ? `${status} ${detail}` : status));
const held = async () => {
  const { values } = (await registry.getSingleMetric("sentinel_mender_held")?.get()) ?? {};
  return values?.filter(({ value }) => value === 1).map(({ labels }) => labels["reason"]);
};
/** The server ends, does as it was told, and comes back. */
async function comesBack(...sights: (ServerSight | undefined)[]): Promise<void> {
  open = true;
  await looks(3);
  open = false;
  own = sights;
  await looks(sights.length);
}

it("gives a damaged copy up once, on record before and after", async () => {
  await looks(2);
  expect(givenUp).toEqual(["AUDIT"]);
  expect(told()).toEqual(["Requested"]);
  await comesBack(undefined, server(0, 3_000), server(0));
  expect(givenUp).toEqual(["AUDIT"]);
  expect(told()).toEqual(["Requested", "Success"]);
  expect(await held()).toEqual([]);
});

it("does nothing that AUDIT has not taken, and says why", async () => {
  audited = false;
  await looks(2);
  expect(givenUp).toEqual([]);
  expect(await held()).toEqual(["not-recorded"]);
});

it("keeps a copy that is whole at the look after the record", async () => {
  own = [server(7), server(7), server(0)];
  await looks(2);
  expect(givenUp).toEqual([]);
  expect(told()).toEqual(["Requested", "Failure not-damaged"]);
});

it("leaves a server alone whose copies are damaged again and again, for a day", async () => {
  await looks(2);
  await comesBack(server(7), server(7));
  expect(told()).toEqual(["Requested", "Failure damaged-again", "Requested"]);
  await comesBack(server(7), server(7));
  expect(givenUp).toEqual(["AUDIT", "AUDIT"]);
  expect(await held()).toEqual(["too-often"]);
  nowMs += 24 * 3_600_000;
  await looks(1);
  expect(givenUp).toEqual(["AUDIT", "AUDIT", "AUDIT"]);
});

it("remembers over a restart of its own what was given up", async () => {
  await looks(2);
  startMender();
  await comesBack(server(0));
  expect(told()).toEqual(["Requested", "Success"]);
});

it("takes a copy for whole that is as far as the others, whose stream was made anew meanwhile", async () => {
  await looks(2);
  other = server(0, 12);
  await comesBack(server(0, 11), server(0, 12));
  expect(told()).toEqual(["Requested", "Success"]);
});

it("says when a copy is not back after an hour, and sees to what else is damaged", async () => {
  await looks(2);
  await comesBack(server(0, 3_000));
  nowMs += 3_600_001;
  await looks(2);
  expect(told()).toEqual(["Requested", "Failure not-whole"]);
  expect(await held()).toEqual(["not-whole"]);
  own = [server(7)];
  await looks(2);
  expect(givenUp).toEqual(["AUDIT", "AUDIT"]);
  await comesBack(server(0));
  await looks(1);
  expect(told().at(-1)).toBe("Success");
  expect(await held()).toEqual([]);
});
