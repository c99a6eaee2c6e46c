import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterEach, beforeEach, expect, it } from "vitest";
import { strangeKeys } from "../../registry/damaged-items.fixture.ts";
import { keyName } from "../../registry/device-key.ts";
import { DeviceIndex } from "./device-index.ts";
import { type IndexedStatus, indexedStatuses } from "./device-kinds.ts";
import type { IndexFilter } from "./index-search.ts";
import type { IndexedDevice } from "./indexed-device.ts";

let directory: string;
let index: DeviceIndex;
const path = () => join(directory, "devices.sqlite");
const open = (limitBytes = 2 ** 26) => new DeviceIndex({ path: path(), limitBytes });

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "sentinel-index-"));
  index = open();
});
afterEach(() => {
  index.close();
  rmSync(directory, { recursive: true, force: true });
});

const device = (
  name: string,
  status: IndexedStatus = "active",
  more: Partial<IndexedDevice> = {},
): IndexedDevice => ({ name, status, region: undefined, labels: [], ...more });
const all = (filter: IndexFilter = {}) => index.search.page(filter, undefined, 10_000).names;

it("finds devices by what their names begin with, their status, home region and label", () => {
  index.put(
    [
      device("pump-7", "suspended", { region: "eu-west", labels: ["site:oslo", "a"] }),
      device("pump-70", "active", { region: "eu-west", labels: ["site:oslo"] }),
      device("Pump-7", "active", { region: "us-east" }),
      device("pum", "revoked"),
    ],
    1,
  );

  expect(all()).toEqual(["Pump-7", "pum", "pump-7", "pump-70"]);
  expect(all({ prefix: "pump-7" })).toEqual(["pump-7", "pump-70"]);
  expect(all({ prefix: "pump-7_" })).toEqual([]);
  expect(all({ status: "suspended" })).toEqual(["pump-7"]);
  expect(all({ region: "eu-west" })).toEqual(["pump-7", "pump-70"]);
  expect(all({ label: "site:oslo", status: "active" })).toEqual(["pump-70"]);
  expect(all({ label: "site" })).toEqual([]);
});

it("forgets of a device what it was before", () => {
  index.put([device("a", "active", { labels: ["x", "y"] })], 1);
  index.put([device("a", "suspended", { labels: ["y", "z"] })], 2);

  expect(all({ status: "active" })).toEqual([]);
  expect(all({ label: "x" })).toEqual([]);
  expect(all({ label: "y", status: "suspended" })).toEqual(["a"]);
  index.remove(["a"], 3);
  expect(all({ label: "z" })).toEqual([]);
  expect(all()).toEqual([]);
});

it("does not let an older reading of the table undo a newer one", () => {
  index.put([device("a", "suspended")], 10);
  index.remove(["b"], 10);
  index.put([device("a"), device("b")], 9);
  index.remove(["a"], 9);

  expect(all()).toEqual(["a"]);
  expect(all({ status: "active" })).toEqual([]);
  index.put([device("b")], 11);
  expect(all({ status: "active" })).toEqual(["b"]);
});

it("removes what a whole reading of the table has not found", () => {
  index.put([device("a", "active", { labels: ["x"] }), device("b"), device("c")], 5);
  index.put([device("b")], 7);
  expect(index.removeUnread(6, "", 2)).toBe("b");
  expect(index.removeUnread(6, "b", 2)).toBeUndefined();
  index.tidy(6);

  expect(all()).toEqual(["b"]);
  expect(all({ label: "x" })).toEqual([]);
});

it("is as before when it is opened again, and anew when its file cannot be used", () => {
  index.put([device("a")], 1);
  index.keep("fill", { read: 1 });
  index.close();
  index = open();
  expect(all()).toEqual(["a"]);
  expect(index.kept("fill")).toEqual({ read: 1 });

  index.close();
  writeFileSync(path(), "not a database ".repeat(1_000));
  index = open();
  expect(all()).toEqual([]);
  index.put([device("b")], 1);
  expect(all()).toEqual(["b"]);
});

it("does not trust what another start of the machine has left", () => {
  index.put([device("a")], 1);
  index.close();
  const file = new DatabaseSync(path());
  file.exec("UPDATE boot SET id = 'before'");
  file.close();
  index = open();

  expect(all()).toEqual([]);
});

it("takes no more than it may, and keeps what it has", () => {
  index.close();
  rmSync(path());
  const limitBytes = 2 ** 20;
  index = open(limitBytes);
  const fill = () => {
    for (let n = 0; n < 1_000; n++) {
      const labels = [`label-${n}-a`, `label-${n}-b`];
      index.put(
        Array.from({ length: 50 }, (_, i) => device(`device-${n}-${i}`, "active", { labels })),
        1,
      );
    }
  };

  expect(fill).toThrow(/full/);
  expect(statSync(path()).size).toBeLessThanOrEqual(limitBytes);
  const kept = all();
  expect(kept.length).toBeGreaterThan(1_000);
  expect(kept.length % 50).toBe(0);
  index.remove(kept.slice(0, 500), 2);
  index.put([device("after-all", "active", { labels: ["label-0-a"] })], 3);
  expect(all({ label: "label-0-a" })).toContain("after-all");
});

const name = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{1,4}$/),
  fc.constantFrom(...strangeKeys.map(keyName)),
);
const anyDevice = fc.record({
  name,
  status: fc.constantFrom(...indexedStatuses),
  region: fc.constantFrom(undefined, "us-east", "eu-west", "another", "'; DROP TABLE device"),
  labels: fc.uniqueArray(
    fc.constantFrom("a", "b", "A", "%", "a,b", "\u202e", "=1+1", "' OR 1=1", "x".repeat(64)),
    { maxLength: 4 },
  ),
});
const anyFilter = fc.record(
  {
    prefix: fc.oneof(name, fc.constantFrom("key:", "_", "-", "z", "Z")),
    status: fc.constantFrom(...indexedStatuses),
    region: fc.constantFrom("us-east", "eu-west", "ap-south"),
    label: fc.constantFrom("a", "%", "a,b", "' OR 1=1", "never"),
  },
  { requiredKeys: [] },
);

it("finds what a list of all devices would, page by page, whatever stands in names and labels", () => {
  const change = fc.oneof({ weight: 4, arbitrary: anyDevice }, fc.record({ gone: name }));
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 30 }),
      anyFilter,
      fc.integer({ min: 1, max: 5 }),
      (changes, filter, limit) => {
        index.close();
        rmSync(directory, { recursive: true, force: true });
        index = open();
        const known = new Map<string, IndexedDevice>();
        changes.forEach((each, at) => {
          if ("gone" in each) {
            index.remove([each.gone], at);
            known.delete(each.gone);
          } else {
            index.put([each], at);
            known.set(each.name, each);
          }
        });
        const fits = (each: IndexedDevice) =>
          each.name.startsWith(filter.prefix ?? "") &&
          (filter.status === undefined || each.status === filter.status) &&
          (filter.region === undefined || each.region === filter.region) &&
          (filter.label === undefined || each.labels.includes(filter.label));
        const wanted = [...known.values()].filter(fits).map((each) => each.name);

        const found: string[] = [];
        for (let after: string | undefined, more = true; more; ) {
          const page = index.search.page(filter, after, limit);
          found.push(...page.names);
          after = page.names.at(-1);
          ({ more } = page);
        }
        expect(found).toEqual(wanted.sort());
        expect(index.search.count(filter, 10_000)).toBe(wanted.length);
        expect(index.search.count(filter, 2)).toBe(Math.min(2, wanted.length));
      },
    ),
    { numRuns: 150 },
  );
});
