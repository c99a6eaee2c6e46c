import { afterAll, beforeAll, expect, it } from "vitest";
import { regionNames } from "../../app/contract/regions.ts";
import { openEngine } from "../../tools/engine/engine.ts";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";
import { appliedObjects } from "../../tools/providers/applied-objects.ts";
import type { KubeClient } from "../../tools/providers/kube-client.ts";
import { type Sandbox, startSandbox } from "../../tools/providers/sandbox.ts";
import { type Runs, runsOn } from "./runs.ts";

/**
 * One region on the real Kubernetes provider as well, with an API server: it takes every object and
 * every change, comes back with what was asked for, and lets go of everything.
 */
const region = "us-east";
const minutes = 60_000;

let sandbox: Sandbox;
let cluster: KubeClient;
let runs: Runs;
let close: () => void;

beforeAll(async () => {
  sandbox = await startSandbox({ clusters: [region] });
  const [client] = Object.values(sandbox.clusters);
  if (!client) throw new Error(`${region} has no cluster`);
  cluster = client;
  const engine = openEngine(undefined, sandbox.providers);
  close = () => engine.close();
  runs = runsOn(engine);
  await runs.up(region);
}, 60 * minutes);
afterAll(async () => {
  close?.();
  await sandbox?.stop();
}, 5 * minutes);

it(
  "has nothing to do after it came up",
  async () => {
    expect((await appliedObjects(cluster)).length).toBeGreaterThan(100);
    await runs.expectSettled(region);
  },
  30 * minutes,
);

const ofEvery = (settings: SettingsEdits[string]): SettingsEdits =>
  Object.fromEntries(regionNames.map((stack) => [stack, settings]));

it(
  "a fleet becomes smaller though no volume does, and everything goes once it is no longer protected",
  async () => {
    const edits = ofEvery({ "sentinel:clients": 100_000, "sentinel:deletionProtection": false });
    await runs.up(region, edits);
    await runs.expectSettled(region, edits);
    await runs.down(region, edits);
    expect(await appliedObjects(cluster)).toEqual([]);
  },
  60 * minutes,
);
