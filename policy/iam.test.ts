import { describe, expect, it } from "vitest";
import { noWildcardPermissions } from "./iam.ts";

const table = "arn:aws:dynamodb:us-east-1:123456789012:table/devices";
const statement = { Sid: "Read", Effect: "Allow", Action: ["dynamodb:GetItem"], Resource: table };
const violationsOf = (changes: object, type = "aws:iam/rolePolicy:RolePolicy") =>
  noWildcardPermissions.violationsOf(type, {
    policy: JSON.stringify({ Statement: [{ ...statement, ...changes }] }),
  });

describe("an IAM policy", () => {
  it("passes when it names actions and resources", () => {
    expect(violationsOf({})).toEqual([]);
    expect(violationsOf({ Resource: `${table}/*` })).toEqual([]);
  });

  it("passes with every resource where AWS takes nothing else", () => {
    expect(violationsOf({ Action: "ecr:GetAuthorizationToken", Resource: "*" })).toEqual([]);
  });

  it("passes when it refuses with wildcards", () => {
    expect(violationsOf({ Effect: "Deny", Action: "*", Resource: "*" })).toEqual([]);
  });

  it.each([
    [{ Action: "dynamodb:*" }, "statement Read permits the action dynamodb:*; name the actions"],
    [{ Action: ["*"] }, "statement Read permits the action *; name the actions"],
    [
      { Resource: "*" },
      "statement Read permits dynamodb:GetItem on every resource; name the resources",
    ],
    [
      { Action: ["ecr:GetAuthorizationToken", "ecr:PutImage"], Resource: ["*"] },
      "statement Read permits ecr:PutImage on every resource; name the resources",
    ],
    [
      { Action: undefined, NotAction: "iam:*" },
      "statement Read permits all but what it names; name what it permits",
    ],
  ])("breaks the policy with %j", (changes, violation) => {
    expect(violationsOf(changes)).toEqual([violation]);
    expect(violationsOf(changes, "aws:iam/policy:Policy")).toEqual([violation]);
  });

  it("breaks the policy as an object too, and names a statement without a name by its place", () => {
    const document = { Statement: { Effect: "Allow", Action: "s3:*", Resource: table } };
    expect(
      noWildcardPermissions.violationsOf("aws:iam/policy:Policy", { policy: document }),
    ).toEqual(["statement number 1 permits the action s3:*; name the actions"]);
  });
});

describe("a role", () => {
  const role = (properties: object) =>
    noWildcardPermissions.violationsOf("aws:iam/role:Role", properties);

  it("passes with policies that are narrow", () => {
    expect(role({})).toEqual([]);
    expect(role({ managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"] })).toEqual(
      [],
    );
  });

  it("breaks the policy with a wildcard inside, or a policy of AWS that is one", () => {
    const inline = { policy: JSON.stringify({ Statement: [{ ...statement, Action: "*" }] }) };
    expect(role({ inlinePolicies: [inline] })).toHaveLength(1);
    const policyArn = "arn:aws:iam::aws:policy/AdministratorAccess";
    expect(role({ managedPolicyArns: [policyArn] })).toHaveLength(1);
    expect(
      noWildcardPermissions.violationsOf("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {
        policyArn,
      }),
    ).toEqual([`${policyArn} permits nearly everything; write a policy of its own`]);
  });
});
