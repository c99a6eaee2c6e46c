/** The policy pack in the real engine: a preview fails by each policy, and by nothing else. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Engine, type Outcome, openEngine } from "../../tools/engine/engine.ts";

const pack = join(import.meta.dirname, "../../policy");
let engine: Engine;
let good: Outcome;
let broken: Outcome;

const preview = (broken: boolean) =>
  engine.preview({
    stack: "us-east",
    root: join(import.meta.dirname, "policy-program"),
    edits: { "us-east": { "program:broken": String(broken) } },
    options: ["--policy-pack", pack],
  });

beforeAll(async () => {
  engine = openEngine();
  good = await preview(false);
  broken = await preview(true);
});
afterAll(() => engine?.close());

const policies = [
  "configurations-tls-1.3",
  "listeners-tls-1.3",
  "encrypted-at-rest",
  "ingress-closed",
  "cluster-guarded",
  "data-private",
  "table-durable",
  "images-pinned",
  "resources-set",
  "probes-set",
  "privileges-kept",
  "iam-no-wildcards",
  "buckets-encrypted",
  "buckets-closed",
  "disruption-budgets",
];

/** Name of each policy that stops the preview, with the resource that breaks it. */
const violations = ({ output }: Outcome) =>
  [...output.matchAll(/\[mandatory\]\s+(\S+)\s+\(\S+: (\S+)\)/g)].map(([, policy, name]) => [
    policy,
    name,
  ]);

describe("a preview with the policy pack", () => {
  it("passes when every resource is as the policies want it", () => {
    expect(violations(good)).toEqual([]);
    expect(good.ok, good.output).toBe(true);
  });

  it("fails when resources are not", () => {
    expect(broken.ok).toBe(false);
  });

  it.each(policies)("fails by %s, and names the resource that breaks it", (policy) => {
    expect(violations(broken), broken.output).toContainEqual([policy, policy]);
  });

  it("fails by nothing else", () => {
    const names = violations(broken).map(([policy]) => policy);
    expect([...names].sort()).toEqual([...policies].sort());
  });
});
