import { type Body, Fault, seconds } from "./fault.ts";

/** A call about one thing of a cluster. */
export interface Call {
  readonly method: string;
  readonly key: string | undefined;
  readonly rest: readonly string[];
  readonly body: Body;
  readonly region: string;
}

/** The policies of an access entry: listed, associated, taken back. @throws Fault */
export function policiesOf(entry: Body, { method, key, rest, body }: Call): object {
  const named = { clusterName: entry.clusterName, principalArn: key };
  if (method === "GET") return { associatedAccessPolicies: entry.policies, ...named };
  const policyArn = method === "POST" ? body.policyArn : rest[1];
  const others = entry.policies.filter((each: Body) => each.policyArn !== policyArn);
  if (method === "DELETE") {
    entry.policies = others;
    return {};
  }
  if (!/^arn:aws:eks::aws:cluster-access-policy\//.test(policyArn)) {
    const why = "The policyArn parameter format is not valid";
    throw new Fault(400, "InvalidParameterException", why);
  }
  const times = { associatedAt: seconds(), modifiedAt: seconds() };
  const made = { policyArn, accessScope: body.accessScope, ...times };
  entry.policies = [...others, made];
  return { associatedAccessPolicy: made, ...named };
}
