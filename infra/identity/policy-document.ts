import * as pulumi from "@pulumi/pulumi";

type OneOrMore = pulumi.Input<string> | readonly pulumi.Input<string>[];

/** A statement of an IAM, key or bucket policy, in AWS's own spelling. */
export interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  /** Only in policies of resources and in trust policies. */
  readonly Principal?: "*" | { readonly [kind in "AWS" | "Service"]?: pulumi.Input<string> };
  readonly Action: OneOrMore;
  /** Absent in trust policies. */
  readonly Resource?: OneOrMore;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, OneOrMore>>>>;
}

/** The policy as the JSON text that AWS takes. */
export function policyDocument(statements: readonly Statement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/** Trust policy of a role that one AWS service takes on. */
export function trustIn(
  service: string,
  actions: readonly string[] = ["sts:AssumeRole"],
  condition?: Statement["Condition"],
): pulumi.Output<string> {
  return policyDocument([
    {
      Sid: "ServiceTakesRole",
      Effect: "Allow",
      Principal: { Service: service },
      Action: actions,
      ...(condition && { Condition: condition }),
    },
  ]);
}
