import { expect, it } from "vitest";
import { Progress } from "./progress.ts";

const urn = (type: string, name: string) => `urn:pulumi:us-east::mqtt-sentinel::${type}::${name}`;
const edges = urn("kubernetes:apps/v1:StatefulSet", "edge-servers");
const metadata = (op: string, of: string, custom = true) => ({
  metadata: { op, urn: of, new: { custom } },
});
const taken = (events: readonly object[], atMs = 1_000) => {
  const progress = new Progress(0);
  for (const event of events) progress.take(JSON.stringify(event), atMs);
  return progress;
};

it("names what is waited for, for how long, and what its provider said last", () => {
  const progress = taken([
    { resourcePreEvent: metadata("update", urn("aws:ec2/vpc:Vpc", "v")) },
    { resourcePreEvent: metadata("update", edges) },
    { resOutputsEvent: metadata("update", urn("aws:ec2/vpc:Vpc", "v")) },
    { diagnosticEvent: { urn: edges, message: "<{%reset%}>[1/3] 8 of 9 ready<{%reset%}>\n" } },
  ]);
  expect(progress.describe(63_000)).toBe(
    "1 done; update kubernetes:apps/v1:StatefulSet edge-servers for 62 s ([1/3] 8 of 9 ready)",
  );
});

it("waits neither for what stays nor for components, which end with the program", () => {
  const progress = taken([
    { resourcePreEvent: metadata("same", edges) },
    { resourcePreEvent: metadata("create", urn("sentinel:network:Vpc", "network"), false) },
    { resourcePreEvent: metadata("update", urn("pulumi:pulumi:Stack", "s")) },
  ]);
  expect(progress.describe(2_000)).toBe("0 done; nothing under way");
});

it("moves with what begins, ends or fails, and not with what is only said again", () => {
  const progress = taken([{ resourcePreEvent: metadata("delete", edges) }], 5_000);
  progress.take(JSON.stringify({ diagnosticEvent: { urn: edges, message: "waiting" } }), 9_000);
  expect(progress.movedAtMs).toBe(5_000);
  progress.take(JSON.stringify({ resOpFailedEvent: metadata("delete", edges) }), 11_000);
  expect(progress.movedAtMs).toBe(11_000);
  expect(progress.describe(11_000)).toBe("1 done; nothing under way");
});
