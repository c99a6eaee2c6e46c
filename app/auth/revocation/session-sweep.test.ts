import { expect, it } from "vitest";
import { type DeviceBatch, readBatchSize } from "../../registry/device-batch.ts";
import type { DeviceRecord } from "../../registry/device-record.ts";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { proofOf } from "../callout/session-proof.ts";
import type { LiveSession } from "./live-sessions.ts";
import { sweepSessions } from "./session-sweep.ts";

const session = (record: DeviceRecord, connection = 1): LiveSession => ({
  clientId: record.clientId,
  proof: proofOf(record.secret),
  ...{ serverId: "N", connection, peer: "10.0.0.1:1", startedAt: 0 },
});
const batch = (
  records: readonly DeviceRecord[],
  others: Partial<DeviceBatch> = {},
): DeviceBatch => ({
  found: new Map(records.map((record) => [record.clientId, record])),
  ...{ unreadable: [], unread: [], ...others },
});

interface Reads {
  readonly eventual: (ids: readonly string[]) => DeviceBatch;
  readonly consistent?: (ids: readonly string[]) => DeviceBatch;
}

async function sweep(sessions: readonly LiveSession[], reads: Reads) {
  const told: string[] = [];
  const asked: number[] = [];
  const read = async (ids: readonly string[]) => {
    asked.push(ids.length);
    return reads.eventual(ids);
  };
  const looked = await sweepSessions({
    sessions: {
      all: async function* () {
        yield sessions;
      },
    },
    read,
    readConsistently: async (ids) => (reads.consistent ?? reads.eventual)(ids),
    tell: async (clientId, version) => void told.push(`${clientId} ${version}`),
    clock: () => 1_000,
    onFault: () => {},
  });
  return { looked, told, asked };
}

const [a, b, c] = ["a", "b", "c"].map((id) => deviceWith(id, "secret")) as [
  DeviceRecord,
  DeviceRecord,
  DeviceRecord,
];

it("tells of each device whose session has outlived its right, with the version that is there", async () => {
  const suspended = { ...b, status: "suspended" as const, version: 7 };
  const { looked, told } = await sweep(
    [a, b, c].map((record) => session(record)),
    {
      eventual: () => batch([a, suspended]),
    },
  );

  expect(looked).toBe(3);
  expect(told).toEqual(["b 7", "c 0"]);
});

it("tells once of a device that has two sessions", async () => {
  const { looked, told } = await sweep([session(a, 1), session(a, 2)], {
    eventual: () => batch([]),
  });

  expect(looked).toBe(2);
  expect(told).toEqual(["a 0"]);
});

it("does not trust a copy that is older than the login", async () => {
  const { told } = await sweep([session(a)], {
    eventual: () => batch([{ ...a, secret: b.secret }]),
    consistent: () => batch([a]),
  });

  expect(told).toEqual([]);
});

it("leaves a session alone of which auth has not said how it was authenticated", async () => {
  const { looked, told } = await sweep([{ ...session(a), proof: undefined }], {
    eventual: () => batch([]),
  });

  expect({ looked, told }).toEqual({ looked: 1, told: [] });
});

it("holds nothing against a device whose record was not read", async () => {
  const { told } = await sweep([session(a), session(b)], {
    eventual: () => batch([b], { unread: ["a"] }),
  });

  expect(told).toEqual([]);
});

it("ends the session of a device whose record is damaged: nobody is admitted by it", async () => {
  const damaged = () => batch([a], { unreadable: [{ clientId: "b", reason: "x" }] });
  const { told } = await sweep([session(a), session(b)], {
    eventual: damaged,
    consistent: damaged,
  });

  expect(told).toEqual(["b 0"]);
});

it("asks for as many devices at once as DynamoDB answers, and for each once", async () => {
  const records = Array.from({ length: readBatchSize + 1 }, (_, i) => deviceWith(`d${i}`, "s"));
  const sessions = [...records.map((record) => session(record)), session(a, 1), session(a, 2)];
  const { asked } = await sweep(sessions, { eventual: () => batch([...records, a]) });

  expect(asked).toEqual([readBatchSize, 2]);
});

it("ends with the error of whoever could not be asked", async () => {
  const failing = sweep([session(a)], {
    eventual: () => {
      throw new Error("no table");
    },
  });

  await expect(failing).rejects.toThrow("no table");
});
