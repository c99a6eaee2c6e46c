import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { DeviceRegistry } from "../../registry/device-registry.ts";
import { ensureDeviceTable } from "../../registry/device-table.ts";
import { type Emulator, startEmulator } from "../../registry/emulator.fixture.ts";
import { type ImportOptions, importDevices } from "../../registry/import/device-import.ts";
import { type RowInput, readDeviceRows } from "../../registry/import/device-rows.ts";
import type { RegistryChange } from "../../registry/registry-change.ts";
import { hashSecret, matchingSecret } from "../../registry/secret.ts";
import { openResumable } from "./resumable-outputs.ts";

let emulator: Emulator;
let directory: string;
beforeAll(async () => {
  emulator = await startEmulator();
  directory = mkdtempSync(join(tmpdir(), "sentinel-crash-"));
});
afterAll(async () => {
  await emulator.stop();
  rmSync(directory, { recursive: true });
});

class Death extends Error {}

/** Where an import can die within a slice. */
const moments = ["before it begins", "as it begins", "half written", "written", "told"] as const;
type Moment = (typeof moments)[number];

const text = `client_id\n${Array.from({ length: 1_300 }, (_, i) =>
  i % 600 === 5 ? "no id" : `d-${i}`,
).join("\n")}\n`;
const input: RowInput = {
  async *open(from) {
    yield Buffer.from(text).subarray(from);
  },
};
const by = () => ({ actor: "test", nowMs: Date.now() });
const bulk = { width: 8, pace: async () => {} };

/** An import into a table of its own, which can be made to die and be resumed. */
async function workOf(table: string, replace: boolean) {
  await ensureDeviceTable(emulator.client, table);
  const heard: RegistryChange[] = [];
  const registry = new DeviceRegistry({
    ...emulator,
    ...{ table, consistent: true },
    journal: { change: (_, write) => write((change) => heard.push(change)) },
  });
  const at = (suffix: string) => join(directory, `${table}.${suffix}`);
  const run = async (resume: boolean, death?: { slice: number; moment: Moment }) => {
    const outputs = await openResumable({
      ...{ checkpoint: at("state"), resume, input: { bytes: text.length, modifiedMs: 0 } },
      identity: {
        ...{ file: "-", rows: "csv", replace },
        ...{ secretsOut: at("secrets"), rejects: at("rejects") },
      },
    });
    let slice = 0;
    const die = (moment: Moment) => {
      if (death && slice === death.slice && moment === death.moment) throw new Death();
    };
    const halved =
      (write: DeviceRegistry["createMany"]): DeviceRegistry["createMany"] =>
      async (values, ...rest) => {
        const half = death?.moment === "half written" && slice === death.slice;
        const done = await write(half ? values.slice(0, values.length / 2) : values, ...rest);
        die("half written");
        die("written");
        return done;
      };
    const { start, startedAt } = outputs;
    const options: ImportOptions = {
      rows: readDeviceRows(input, "csv", start.position),
      ...{ start, startedAt, replace, by, bulk, onProgress: () => {} },
      registry: {
        getMany: (ids) => registry.getMany(ids),
        createMany: halved(registry.createMany.bind(registry)),
        replaceMany: halved(registry.replaceMany.bind(registry)),
      },
      outputs: {
        planned: outputs.planned,
        begin: async (planned) => {
          slice++;
          die("before it begins");
          await outputs.begin(planned);
          die("as it begins");
        },
        commit: async (result) => {
          await outputs.commit(result);
          die("told");
        },
      },
    };
    await importDevices(options)
      .then(() => outputs.finish())
      .finally(() => outputs.close());
  };
  return { registry, run, at, heard };
}

const deaths = moments.flatMap((moment) => [1, 2].map((slice) => ({ moment, slice })));

it.each(deaths)("$moment, in slice $slice: resumed, it is whole", async ({ moment, slice }) => {
  const { registry, run, at, heard } = await workOf(
    `${moment.replaceAll(" ", "-")}-${slice}`,
    false,
  );
  await expect(run(false, { moment, slice })).rejects.toBeInstanceOf(Death);
  // Whoever dies while writing leaves half a line.
  if (moment === "written")
    for (const name of ["secrets", "rejects"]) appendFileSync(at(name), "d-1");
  await expect(run(true, { moment, slice: 1 })).rejects.toBeInstanceOf(Death);
  await run(true);

  const lines = readFileSync(at("secrets"), "utf8").trimEnd().split("\n").slice(1);
  const secrets = new Map(lines.map((line) => line.split(",") as [string, string]));
  expect(lines).toHaveLength(1_297);
  expect(secrets.size).toBe(1_297);
  let stored = 0;
  for await (const page of registry.pages()) {
    for (const record of page.records) {
      expect(record.version).toBe(1);
      expect(!!matchingSecret(record, secrets.get(record.clientId) ?? "", 0)).toBe(true);
      stored++;
    }
  }
  expect(stored).toBe(1_297);
  expect(readFileSync(at("rejects"), "utf8").match(/^\d+,/gm)).toEqual(["7,", "607,", "1207,"]);
  expect(new Set(heard.map(({ clientId }) => clientId)).size).toBe(1_297);
  expect(new Set(heard.map(({ kind, version }) => `${kind} ${version}`))).toEqual(
    new Set(["created 1"]),
  );
});

it("replaces each device once, however often it is interrupted", async () => {
  const { registry, run, at, heard } = await workOf("replaced", true);
  const before = Array.from({ length: 1_300 }, (_, i) => i).filter((i) => i % 2 === 0);
  const old = { status: "active" as const, secret: hashSecret("old"), labels: [] };
  await registry.createMany(
    before.map((i) => ({ clientId: `d-${i}`, ...old })),
    { actor: "earlier", nowMs: 1_000 },
    bulk,
  );
  heard.length = 0;
  await expect(run(false, { moment: "half written", slice: 2 })).rejects.toBeInstanceOf(Death);
  await expect(run(true, { moment: "told", slice: 1 })).rejects.toBeInstanceOf(Death);
  await run(true);

  const lines = readFileSync(at("secrets"), "utf8").trimEnd().split("\n").slice(1);
  const secrets = new Map(lines.map((line) => line.split(",") as [string, string]));
  expect(secrets.size).toBe(lines.length);
  let checked = 0;
  for await (const page of registry.pages()) {
    for (const record of page.records) {
      const secret = secrets.get(record.clientId);
      // Of a wrong row's device nothing was touched.
      if (secret === undefined) continue;
      expect(record.version).toBe(Number(record.clientId.slice(2)) % 2 === 0 ? 2 : 1);
      expect(!!matchingSecret(record, secret, 0)).toBe(true);
      checked++;
    }
  }
  expect(checked).toBe(1_297);
});
