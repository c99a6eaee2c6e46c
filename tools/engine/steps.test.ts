import { expect, it } from "vitest";
import { changesIn, reportOf } from "./steps.ts";

const urn = (type: string, name: string) => `urn:pulumi:us-east::mqtt-sentinel::${type}::${name}`;
const event = (op: string, more: object = {}) =>
  JSON.stringify({
    resourcePreEvent: { metadata: { op, urn: urn("aws:ec2/vpc:Vpc", "v"), ...more } },
  });

it("reads a replacement as one step with its reasons", () => {
  const detailedDiff = { cidrBlock: { diffKind: "update-replace" }, tags: { diffKind: "update" } };
  const log = [
    event("create-replacement"),
    event("replace", { detailedDiff, old: { protect: true } }),
    event("delete-replaced"),
  ].join("\n");
  expect(reportOf(log).steps).toEqual([
    {
      operation: "replace",
      type: "aws:ec2/vpc:Vpc",
      name: "v",
      changes: ["cidrBlock", "tags"],
      replacedFor: ["cidrBlock"],
      protected: true,
    },
  ]);
});

it("counts as change neither what stays nor the stack itself", () => {
  const stack = JSON.stringify({
    resourcePreEvent: { metadata: { op: "create", urn: urn("pulumi:pulumi:Stack", "s") } },
  });
  const { steps } = reportOf([event("same"), stack, event("update")].join("\n"));
  expect(steps).toHaveLength(3);
  expect(changesIn(steps).map(({ operation }) => operation)).toEqual(["update"]);
});

it("keeps errors without colours, and drops what only debugging needs", () => {
  const diagnostic = (severity: string, message: string) =>
    JSON.stringify({ diagnosticEvent: { severity, message } });
  const log = [
    diagnostic("error", "<{%reset%}>no such setting<{%reset%}>\n"),
    diagnostic("debug", "RPC prepared"),
    diagnostic("warning", "using pulumi-language-nodejs from $PATH at /x"),
  ].join("\n");
  expect(reportOf(log).diagnostics).toEqual([{ severity: "error", message: "no such setting" }]);
});
