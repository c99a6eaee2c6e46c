import { type PolicyStatement, statementsOf } from "./policy-text.ts";
import { listOf, type Properties, type ResourceRule } from "./rule.ts";

const policyTypes = [
  "aws:iam/policy:Policy",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/userPolicy:UserPolicy",
  "aws:iam/groupPolicy:GroupPolicy",
];

/**
 * Actions that know no resource: AWS takes `*` for them and nothing else. Each has its line here, so
 * that a new one is seen in review.
 */
export const actionsWithoutResource = [
  "ec2:DescribeAvailabilityZones",
  "ec2:DescribeInstances",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ecr:GetAuthorizationToken",
  "logs:DescribeLogGroups",
  "route53:ListHostedZonesByName",
];

/** Policies of AWS that are wildcards under another name. */
const boundless = /\/(AdministratorAccess|PowerUserAccess|IAMFullAccess)$/;

export const noWildcardPermissions: ResourceRule = {
  name: "iam-no-wildcards",
  description:
    "IAM policies name their actions and resources; * stands only where AWS takes nothing else.",
  violationsOf(type, properties) {
    if (policyTypes.includes(type)) return documentViolations(properties["policy"]);
    if (type === "aws:iam/role:Role") return roleViolations(properties);
    if (type === "aws:iam/rolePolicyAttachment:RolePolicyAttachment") {
      return attachmentViolations(properties["policyArn"]);
    }
    return [];
  },
};

function roleViolations(properties: Properties): string[] {
  return [
    ...listOf<Properties>(properties["inlinePolicies"]).flatMap((inline) =>
      documentViolations(inline["policy"]),
    ),
    ...listOf<string>(properties["managedPolicyArns"]).flatMap(attachmentViolations),
  ];
}

const attachmentViolations = (arn: string) =>
  boundless.test(arn) ? [`${arn} permits nearly everything; write a policy of its own`] : [];

const documentViolations = (document: string | Properties | undefined) =>
  statementsOf(document)
    .filter(({ allows }) => allows)
    .flatMap(statementViolations);

function statementViolations(statement: PolicyStatement): string[] {
  const { sid, actions, resources, inverted } = statement;
  if (inverted) return [`statement ${sid} permits all but what it names; name what it permits`];
  const wide = actions.filter((action) => action === "*" || action.endsWith(":*"));
  const needing = actions.filter((action) => !actionsWithoutResource.includes(action));
  return [
    ...wide.map((action) => `statement ${sid} permits the action ${action}; name the actions`),
    ...(resources.includes("*") && needing.length > 0
      ? [`statement ${sid} permits ${needing.join(", ")} on every resource; name the resources`]
      : []),
  ];
}
