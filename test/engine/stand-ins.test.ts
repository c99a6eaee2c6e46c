import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { type Engine, openEngine } from "../../tools/engine/engine.ts";
import { changesIn } from "../../tools/engine/steps.ts";

/** The real engine, the stand-in providers and the language host together, on a small program. */
const root = join(import.meta.dirname, "sample");
const home = mkdtempSync(join(tmpdir(), "engine-test-"));
let engine: Engine;

beforeAll(async () => {
  engine = openEngine(home);
  for (const stack of ["us-east", "eu-west"]) {
    const { ok, output } = await engine.up({ stack, root });
    expect(ok, output).toBe(true);
  }
});
afterAll(() => rmSync(home, { recursive: true }));

const errorsOf = (outcome: Awaited<ReturnType<Engine["preview"]>>) =>
  outcome.diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message);

it("sees no change in what it has just made", async () => {
  const both = await Promise.all(
    ["us-east", "eu-west"].map((stack) =>
      engine.preview({ stack, root, options: ["--expect-no-changes"] }),
    ),
  );
  expect(both.map(({ ok, output }) => ok || output)).toEqual([true, true]);
});

it("shows an edited setting as an update here and a replacement there", async () => {
  const edits = { "us-east": { "sample:replicas": "5", "sample:cidr": "10.99.0.0/16" } };
  const { steps } = await engine.preview({ stack: "us-east", root, edits });
  const seen = changesIn(steps).map(({ operation, name, changes }) => [operation, name, changes]);
  expect(seen).toHaveLength(2);
  expect(seen).toContainEqual(["replace", "network", ["cidrBlock"]]);
  expect(seen).toContainEqual(["update", "workers", ["spec.replicas"]]);
});

it("ends with the program's own message when a setting is wrong", async () => {
  const edits = { "us-east": { "sample:mistake": "rule" } };
  const outcome = await engine.preview({ stack: "us-east", root, edits, traces: true });
  expect(outcome.ok).toBe(false);
  expect(errorsOf(outcome)).toEqual(["sample:mistake must not be rule"]);
  expect(outcome.output).not.toMatch(/^\s+at /m);
});

it("refuses an input that the SDK's type has not", async () => {
  const edits = { "us-east": { "sample:mistake": "input" } };
  const outcome = await engine.preview({ stack: "us-east", root, edits });
  expect(outcome.ok).toBe(false);
  expect(errorsOf(outcome)[0]).toContain("spec.replicaCount");
});

it("holds no secret in clear text in a state file", () => {
  const state = engine.state({ stack: "us-east", root });
  const secrets = engine.secrets();
  expect(secrets.length).toBeGreaterThan(1);
  expect(secrets.filter((each) => state.includes(JSON.stringify(each).slice(1, -1)))).toEqual([]);
});

it("finds by a refresh what was changed in the cloud", async () => {
  const [found] = engine.cloud.find("kubernetes:apps/v1:StatefulSet");
  if (!found) throw new Error("no StatefulSet was made");
  const spec = { ...(found.properties["spec"] as object), replicas: 1 };
  engine.cloud.put({ ...found, properties: { ...found.properties, spec } });
  expect((await engine.refresh({ stack: "us-east", root })).ok).toBe(true);
  const { steps } = await engine.preview({ stack: "us-east", root });
  expect(changesIn(steps)).toMatchObject([{ name: "workers", changes: ["spec.replicas"] }]);
});

it("leaves nothing running when it is aborted", async () => {
  const pidFile = join(home, "pid");
  const abort = new AbortController();
  const edits = { "us-east": { "sample:mistake": "hang", "sample:pidFile": pidFile } };
  const preview = engine.preview({ stack: "us-east", root, edits, signal: abort.signal });
  const settled = expect(preview).rejects.toThrow("enough");
  const pid = await vi.waitFor(() => Number(readFileSync(pidFile, "utf8")), { timeout: 60_000 });
  abort.abort(new Error("enough"));
  await settled;
  const gone = () => expect(() => process.kill(pid, 0)).toThrow("ESRCH");
  await vi.waitFor(gone, { timeout: 60_000 });
});

it("goes on from where another engine saved", async () => {
  engine.save();
  const next = openEngine(home);
  expect(next.has("us-east")).toBe(true);
  expect(next.has("ap-south")).toBe(false);
  // An aborted run of the same stack has left no lock behind.
  const { ok, output } = await next.preview({ stack: "us-east", root });
  expect(ok, output).toBe(true);
});

it("destroys what is not protected, and the rest after it is unprotected", async () => {
  const first = await engine.destroy({ stack: "eu-west", root });
  expect(first.ok).toBe(false);
  expect(errorsOf(first)[0]).toContain("protected");
  const unprotect = ["state", "unprotect", "--all", "--yes"];
  expect((await engine.command(unprotect, { stack: "eu-west", root })).ok).toBe(true);
  expect((await engine.destroy({ stack: "eu-west", root })).ok).toBe(true);
  expect(engine.cloud.all().filter(({ stack }) => stack === "eu-west")).toEqual([]);
});
