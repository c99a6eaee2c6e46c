import { expect, it } from "vitest";
import { parseIngressSubject } from "./subjects.ts";

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
