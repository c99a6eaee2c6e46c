import { expect, it } from "vitest";
import type { Properties } from "../property-values.ts";
import { policyDocument } from "./policy-document.ts";

const rendered = (inputs: Properties) => JSON.parse(String(policyDocument(inputs)["json"]));

it("writes one value as a string and several in descending order", () => {
  const { Version, Statement } = rendered({
    statements: [{ actions: ["s3:Get", "s3:Put"], resources: ["*"] }],
  });
  expect(Version).toBe("2012-10-17");
  expect(Statement).toEqual([{ Effect: "Allow", Action: ["s3:Put", "s3:Get"], Resource: "*" }]);
});

it("writes principals by their type, and everybody as a star", () => {
  const principal = (...principals: Properties[]) =>
    rendered({ statements: [{ principals }] }).Statement[0].Principal;
  expect(principal({ type: "Service", identifiers: ["eks.amazonaws.com"] })).toEqual({
    Service: "eks.amazonaws.com",
  });
  expect(principal({ type: "*", identifiers: ["*"] })).toBe("*");
  expect(principal({ type: "AWS", identifiers: ["*"] })).toEqual({ AWS: "*" });
});

it("writes conditions by test and variable, with policy variables", () => {
  const { Statement } = rendered({
    statements: [
      {
        resources: ["arn:aws:s3:::b/&{aws:username}"],
        conditions: [
          { test: "StringEquals", variable: "aws:SourceAccount", values: ["1"] },
          { test: "StringEquals", variable: "aws:PrincipalTag/a", values: ["x", "y"] },
        ],
      },
    ],
  });
  expect(Statement[0]).toMatchObject({
    Resource: "arn:aws:s3:::b/${aws:username}",
    Condition: { StringEquals: { "aws:SourceAccount": "1", "aws:PrincipalTag/a": ["y", "x"] } },
  });
});

it("lets an overriding document take the place of a statement of the same Sid", () => {
  const override = JSON.stringify({ Statement: { Sid: "a", Effect: "Deny" } });
  const { Statement } = rendered({
    statements: [{ sid: "a", actions: ["*"] }, { sid: "b" }],
    overridePolicyDocuments: [override],
  });
  expect(Statement).toEqual([
    { Sid: "a", Effect: "Deny" },
    { Sid: "b", Effect: "Allow" },
  ]);
});
