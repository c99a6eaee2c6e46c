import { expect, it } from "vitest";
import { auditKindOf, parseIngressSubject } from "./subjects.ts";

it("reads what INGRESS stores", () => {
  expect(parseIngressSubject("ingress.11.upstream.pump-7")).toEqual({
    partition: 11,
    origin: "upstream",
    clientId: "pump-7",
  });
});

it.each([
  "ingress.upstream.d1",
  "ingress.1.other.d1",
  "ingress.1.device",
  "x.1.device.d1",
  "ingress.1.device.a.b",
])("does not read %s", (subject) => {
  expect(parseIngressSubject(subject)).toBeUndefined();
});

it.each([
  ["audit.auth.pump-7", "auth"],
  ["audit.registry._", "registry"],
  ["audit.copies._", "copies"],
  ["audit.chain.auth.auth-1-00", "auth"],
  ["audit.chain", undefined],
  ["audit.other.x", undefined],
  ["clients.auth.alerts", undefined],
])("knows the kind of %s", (subject, kind) => {
  expect(auditKindOf(subject)).toBe(kind);
});
