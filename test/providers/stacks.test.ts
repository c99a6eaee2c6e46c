import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { regionNames } from "../../app/contract/regions.ts";
import { openEngine } from "../../tools/engine/engine.ts";
import type { SettingsEdits } from "../../tools/engine/project-copy.ts";
import { appliedObjects } from "../../tools/providers/applied-objects.ts";
import type { KubeClient } from "../../tools/providers/kube-client.ts";
import { type Sandbox, startSandbox } from "../../tools/providers/sandbox.ts";
import { rounds } from "../engine/rounds.ts";
import { everywhere, type SettingEdit } from "../engine/setting-edit.ts";
import { settingEdits } from "../engine/setting-edits.ts";
import { changed, type Runs, runsOn, said } from "./runs.ts";
import { say } from "./say.ts";

/**
 * The three stacks on the real providers of AWS and Kubernetes: up, unchanged, every setting edited,
 * made, settled and taken back, a smaller fleet that is no longer protected, destroyed in reverse. An
 * edit has to do what the stand-ins promise: the steps are those that `test/engine/` expects of them.
 *
 * A run of the engine is bounded by itself: it ends, and says what stands still, before a test does.
 */
const timeout = 3 * 60 * 60_000;

let sandbox: Sandbox;
let runs: Runs;
let close: () => void;
/** In the account, for the records that a stack makes in a zone of its operator's. */
let zone: string;

beforeAll(async () => {
  say("starting an account and three API servers");
  sandbox = await startSandbox({ clusters: regionNames });
  zone = await sandbox.account.makeZone("example.com");
  const engine = openEngine(undefined, sandbox.providers);
  close = () => engine.close();
  runs = runsOn(engine);
}, timeout);
afterAll(async () => {
  close?.();
  await sandbox?.stop();
}, timeout);

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

/** The edits with the zone that there is. */
const inZone = (edits: SettingsEdits): SettingsEdits =>
  Object.fromEntries(
    Object.entries(edits).map(([stack, values]) => [
      stack,
      { ...values, ...("sentinel:hostedZoneId" in values && { "sentinel:hostedZoneId": zone }) },
    ]),
  );

describe("from nothing", () => {
  it.each(regionNames)("%s comes up", (stack) => runs.up(stack), timeout);

  it.each(regionNames)(
    "%s has nothing to do",
    async (stack) => {
      expect((await appliedObjects(clusterOf(stack))).length).toBeGreaterThan(100);
      expect((await sandbox.account.inventory()).length).toBeGreaterThan(20);
      await runs.expectSettled(stack);
    },
    timeout,
  );
});

// All of them before any is made: a volume that grew is no longer where the others start from.
describe.concurrent("an edit does what the stand-ins say:", () => {
  const titled = settingEdits.map(
    (edit) => [`${edit.setting} in ${Object.keys(edit.edits).join(", ")}`, edit] as const,
  );
  it.each(titled)(
    "%s",
    async (_, edit: SettingEdit) => {
      const { stack = "us-east", steps, refusedBy } = edit;
      const outcome = await runs.preview(stack, edit);
      if (refusedBy !== undefined) {
        expect(outcome.ok).toBe(false);
        expect(said(outcome)).toMatch(new RegExp(`::${refusedBy}".*protect`, "s"));
        return;
      }
      expect(outcome.ok, said(outcome)).toBe(true);
      expect(changed(outcome)).toEqual([...(steps ?? [])].sort());
    },
    timeout,
  );
});

describe("every setting can be made, settles, and can be taken back:", () => {
  it.each(rounds.map((round) => [round.title, round] as const))(
    "%s",
    async (title, { edits, made }) => {
      say(`us-east, ${title}: ${made.map(({ setting }) => setting).join(", ")}`);
      const before = await volumesOf("us-east");
      await runs.up("us-east", inZone(edits));
      await runs.expectSettled("us-east", inZone(edits));
      if (made.some(({ setting }) => setting === "clients")) {
        const after = await volumesOf("us-east");
        expect(after["data-nats-core-0"]).toBeGreaterThan(before["data-nats-core-0"] ?? 0);
      }
    },
    timeout,
  );

  it(
    "all of them",
    async () => {
      const before = await volumesOf("us-east");
      await runs.up("us-east");
      await runs.expectSettled("us-east");
      // Kubernetes makes no volume smaller.
      expect(await volumesOf("us-east")).toMatchObject(before);
    },
    timeout,
  );
});

describe("a smaller fleet that is no longer protected", () => {
  const fewer = everywhere("clients", 100_000);
  const edits = Object.fromEntries(
    Object.entries(fewer).map(([stack, values]) => [
      stack,
      { ...values, "sentinel:deletionProtection": false },
    ]),
  );

  it.each(regionNames)(
    "leaves the volumes of %s as they are, since Kubernetes makes none smaller, and settles",
    async (stack) => {
      const before = await volumesOf(stack);
      expect(before).toHaveProperty("data-nats-core-0");
      await runs.up(stack, edits);
      await runs.expectSettled(stack, edits);
      expect(await volumesOf(stack)).toEqual(before);
    },
    timeout,
  );

  it.each([...regionNames].reverse())("is destroyed in %s", (s) => runs.down(s, edits), timeout);

  it.each(regionNames)(
    "leaves nothing in the cluster of %s, and nothing that a provider still finds",
    async (stack) => {
      expect(await appliedObjects(clusterOf(stack))).toEqual([]);
      expect(await runs.left(stack)).toEqual([]);
    },
    timeout,
  );

  it("leaves nothing in the account but keys and gateways that are deleted and listed for a while", async () => {
    // Keys for 30 days, in which they can be had back, NAT gateways for an hour.
    const listed = /^arn:aws:(kms:[^:]+:\d+:key|ec2:[^:]+:\d+:natgateway)\//;
    const left = await sandbox.account.inventory();
    expect(left.filter((arn) => !listed.test(arn))).toEqual([]);
  });
});
