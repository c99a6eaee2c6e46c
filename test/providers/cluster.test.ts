import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { regionNames } from "../../app/contract/regions.ts";
import { openEngine } from "../../tools/engine/engine.ts";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";
import { appliedObjects } from "../../tools/providers/applied-objects.ts";
import type { KubeClient } from "../../tools/providers/kube-client.ts";
import { type Sandbox, startSandbox } from "../../tools/providers/sandbox.ts";
import { type Runs, runsOn } from "./runs.ts";

/**
 * The stacks on the real Kubernetes provider as well, each with an API server: it takes every object
 * and every change, comes back with what was asked for, and lets go of everything.
 */
const minutes = 60_000;
const upMs = 60 * minutes;

let sandbox: Sandbox;
let runs: Runs;
let close: () => void;

beforeAll(async () => {
  sandbox = await startSandbox({ clusters: regionNames });
  const engine = openEngine(undefined, sandbox.providers);
  close = () => engine.close();
  runs = runsOn(engine);
  for (const stack of regionNames) await runs.up(stack);
}, 3 * upMs);
afterAll(async () => {
  close?.();
  await sandbox?.stop();
}, 5 * minutes);

function clusterOf(stack: string): KubeClient {
  const client = sandbox.clusters[stack];
  if (!client) throw new Error(`${stack} has no cluster`);
  return client;
}

/** GiB that each claim asks for, by name. */
async function volumesOf(stack: string): Promise<Readonly<Record<string, number>>> {
  const claims = await clusterOf(stack).list("/api/v1/persistentvolumeclaims");
  return Object.fromEntries(
    claims.map(({ metadata, spec }) => [
      metadata.name,
      Number.parseInt(spec.resources.requests.storage, 10),
    ]),
  );
}

/** Of all stacks, so that each of them may be destroyed. */
const unprotected = (clients: number): SettingsEdits => {
  const settings = { "sentinel:clients": clients, "sentinel:deletionProtection": false };
  return Object.fromEntries(regionNames.map((stack) => [stack, settings]));
};

describe.concurrent("after all three came up", () => {
  it.each(regionNames)(
    "%s has nothing to do",
    async (stack) => {
      expect((await appliedObjects(clusterOf(stack))).length).toBeGreaterThan(100);
      await runs.expectSettled(stack);
    },
    upMs,
  );
});

describe("a smaller fleet that is no longer protected", () => {
  it.each(regionNames)(
    "leaves the volumes of %s as they are, since Kubernetes makes none smaller, and settles",
    async (stack) => {
      const before = await volumesOf(stack);
      expect(before).toHaveProperty("data-nats-core-0");
      await runs.up(stack, unprotected(100_000));
      await runs.expectSettled(stack, unprotected(100_000));
      expect(await volumesOf(stack)).toEqual(before);
    },
    upMs,
  );

  it(
    "grows again, and with it the volumes, and settles",
    async () => {
      const before = await volumesOf("us-east");
      await runs.up("us-east", unprotected(3_000_000));
      await runs.expectSettled("us-east", unprotected(3_000_000));
      const after = await volumesOf("us-east");
      expect(after["data-nats-core-0"]).toBeGreaterThan(before["data-nats-core-0"] ?? 0);
    },
    upMs,
  );

  it.each([...regionNames].reverse())(
    "goes in %s, and nothing of it is left",
    async (stack) => {
      await runs.down(stack, unprotected(3_000_000));
      expect(await appliedObjects(clusterOf(stack))).toEqual([]);
    },
    upMs,
  );
});
