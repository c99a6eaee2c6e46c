import fc from "fast-check";
import { expect, it } from "vitest";
import {
  changeMessage,
  emptiesCaches,
  endsSessions,
  parseChange,
  toldChange,
} from "./change-message.ts";
import { registryChangeKinds } from "./registry-change.ts";

const change = { clientId: "pump-7", version: 4, actor: "operator-1", nowMs: 1 };

it("is read as it was written, without who made the change", () => {
  const { subject, body } = changeMessage(toldChange({ ...change, kind: "revoked" }));

  expect(subject).toBe("registry.changes.pump-7");
  expect(parseChange(subject, body)).toEqual({ clientId: "pump-7", kind: "revoked", version: 4 });
});

it("of a deleted record asks for a newer one than any copy of the table may still have", () => {
  expect(toldChange({ ...change, kind: "deleted" }).version).toBe(5);
});

it("leaves caches as they are when a device is new, whose id may have had a later version before", () => {
  expect(registryChangeKinds.filter((kind) => !emptiesCaches(kind))).toEqual(["created"]);
});

it("ends sessions unless the device may go on as before", () => {
  const harmless = registryChangeKinds.filter((kind) => !endsSessions(kind));
  expect(harmless).toEqual(["created", "resumed", "labelled", "unpinned"]);
  expect(endsSessions("swept")).toBe(true);
});

it.each([
  ["registry.sweep", "{}"],
  ["registry.changes.d1", ""],
  ["registry.changes.d1", "{"],
  ["registry.changes.d1", "null"],
  ["registry.changes.d1", '{"kind":"revoked"}'],
  ["registry.changes.d1", '{"kind":"painted","version":1}'],
  ["registry.changes.d1", '{"kind":"revoked","version":-1}'],
])("does not read %s %s", (subject, body) => {
  expect(parseChange(subject, Buffer.from(body))).toBeUndefined();
});

it("is never more than undefined, whatever comes", () => {
  fc.assert(
    fc.property(fc.uint8Array(), (body) => {
      parseChange("registry.changes.d1", body);
    }),
  );
});
