import type { JsonSchema } from "./strict-schema.ts";

/**
 * Kinds of EKS Auto Mode, whose definitions AWS publishes only inside its clusters. Written down
 * from the field tables of the EKS user guide ("Create a Node Class for Amazon EKS") and of the AWS
 * Load Balancer Controller, whose TargetGroupBinding has the same fields in its own API group.
 */
const text = { type: "string" };
const texts = { type: "array", items: text };
const object = (properties: Record<string, JsonSchema>, required: string[] = []): JsonSchema => ({
  type: "object",
  properties,
  required,
});
const list = (items: JsonSchema): JsonSchema => ({ type: "array", minItems: 1, items });
const oneOf = (...values: string[]) => ({ type: "string", enum: values });
const labels = { type: "object", additionalProperties: text };
const header = { apiVersion: text, kind: text, metadata: { type: "object" } };
const portOrName = { "x-kubernetes-int-or-string": true };

const peer = object({
  ipBlock: object({ cidr: text }, ["cidr"]),
  securityGroup: object({ groupID: text }, ["groupID"]),
});
const ingressRule = object(
  { from: list(peer), ports: list(object({ protocol: oneOf("TCP", "UDP"), port: portOrName })) },
  ["from", "ports"],
);
const selectorTerm = object({ tags: labels, id: text, name: text });

export const eksSchemas: Readonly<Record<string, JsonSchema>> = {
  "eks.amazonaws.com/v1/TargetGroupBinding": object(
    {
      ...header,
      spec: object(
        {
          targetGroupARN: { type: "string", pattern: "^arn:" },
          targetType: oneOf("instance", "ip"),
          serviceRef: object({ name: text, port: portOrName }, ["name", "port"]),
          networking: object({ ingress: list(ingressRule) }),
          ipAddressType: oneOf("ipv4", "ipv6"),
          vpcID: { type: "string", pattern: "^vpc-" },
        },
        ["targetGroupARN", "serviceRef"],
      ),
    },
    ["spec"],
  ),
  "eks.amazonaws.com/v1/NodeClass": object(
    {
      ...header,
      spec: object({
        role: text,
        instanceProfile: text,
        subnetSelectorTerms: list(selectorTerm),
        securityGroupSelectorTerms: list(selectorTerm),
        podSubnetSelectorTerms: list(selectorTerm),
        podSecurityGroupSelectorTerms: list(selectorTerm),
        snatPolicy: oneOf("Random", "Disabled"),
        networkPolicy: oneOf("DefaultAllow", "DefaultDeny"),
        networkPolicyEventLogs: oneOf("Enabled", "Disabled"),
        ephemeralStorage: object({
          size: { type: "string", pattern: "^\\d+(Gi|G|Ti|T)$" },
          iops: { type: "integer", minimum: 3000, maximum: 16000 },
          throughput: { type: "integer", minimum: 125, maximum: 1000 },
          kmsKeyID: text,
        }),
        advancedNetworking: object({
          associatePublicIPAddress: { type: "boolean" },
          httpsProxy: text,
          noProxy: texts,
        }),
        certificateBundles: list(object({ name: text, data: text }, ["name", "data"])),
        tags: labels,
      }),
    },
    ["spec"],
  ),
};
