import type { Properties } from "../../property-values.ts";
import { accountId, type Difference } from "../cloud-package.ts";
import { type AwsKinds, arnIn, joined, prefixed, text, uuid } from "./aws-kind.ts";

const balancing = arnIn("elasticloadbalancing", "");
const accelerator = `arn:aws:globalaccelerator::${accountId}:accelerator/`;
/** Hosted zone of every accelerator's name. */
const acceleratorZone = "Z2BJ6XQ5FK7U4H";
/** Hosted zones of network load balancers, from the AWS endpoint reference. */
const balancerZones: Readonly<Record<string, string>> = {
  "us-east-1": "Z26RNL4JYFTOTI",
  "eu-west-1": "Z2IFOLAFXWLO4F",
  "ap-south-1": "ZVDDRBQ08TROA",
};

/** A network load balancer gains subnets in place, but loses none; its first and last groups are final. */
function balancerReplacement({ before, after }: Difference): readonly string[] {
  const list = (inputs: Properties, name: string) => (inputs[name] ?? []) as readonly string[];
  const lost = list(before, "subnets").some((each) => !list(after, "subnets").includes(each));
  const guarded = (inputs: Properties) => list(inputs, "securityGroups").length > 0;
  return [
    ...(lost ? ["subnets"] : []),
    ...(guarded(before) !== guarded(after) ? ["securityGroups"] : []),
  ];
}

/** Load balancers and the accelerator before them. */
export const entrance: AwsKinds = {
  "aws:lb/loadBalancer:LoadBalancer": {
    id: (creation) =>
      balancing(creation, `loadbalancer/net/${text(creation, "name")}/${creation.hex(16)}`),
    arn: (_, id) => id,
    autoname: "name",
    nameLimit: 32,
    replaced: ["name", "namePrefix", "internal", "loadBalancerType", "customerOwnedIpv4Pool"],
    replacedWhen: balancerReplacement,
    filledIn: ["ipAddressType"],
    outputs: (creation, id) => ({
      arnSuffix: id.slice(id.indexOf("net/")),
      dnsName: `${text(creation, "name")}-${creation.hex(16)}.elb.${creation.region}.amazonaws.com`,
      zoneId: balancerZones[creation.region],
    }),
  },
  "aws:lb/targetGroup:TargetGroup": {
    id: (creation) =>
      balancing(creation, `targetgroup/${text(creation, "name")}/${creation.hex(16)}`),
    arn: (_, id) => id,
    autoname: "name",
    nameLimit: 32,
    replaced: [
      "name",
      "namePrefix",
      "ipAddressType",
      "port",
      "protocol",
      "protocolVersion",
      "targetType",
      "vpcId",
    ],
    filledIn: ["ipAddressType", "connectionTermination"],
    outputs: (_, id) => ({ arnSuffix: id.slice(id.indexOf("targetgroup/")), loadBalancerArns: [] }),
  },
  "aws:lb/listener:Listener": {
    id: (creation) =>
      `${text(creation, "loadBalancerArn").replace(":loadbalancer/", ":listener/")}/${creation.hex(16)}`,
    arn: (_, id) => id,
    replaced: ["loadBalancerArn"],
    filledIn: ["sslPolicy", "tcpIdleTimeoutSeconds"],
  },
  "aws:globalaccelerator/accelerator:Accelerator": {
    id: (creation) => `${accelerator}${uuid(creation)}`,
    arn: (_, id) => id,
    autoname: "name",
    nameLimit: 64,
    replaced: ["ipAddresses"],
    outputs: ({ hex }) => ({
      dnsName: `a${hex(16)}.awsglobalaccelerator.com`,
      hostedZoneId: acceleratorZone,
      // From the blocks that are reserved for documentation.
      ipSets: [{ ipFamily: "IPv4", ipAddresses: ["192.0.2.1", "198.51.100.1"] }],
    }),
  },
  "aws:globalaccelerator/listener:Listener": {
    id: (creation) => `${text(creation, "acceleratorArn")}/listener/${creation.hex(8)}`,
    arn: (_, id) => id,
    replaced: ["acceleratorArn"],
  },
  "aws:globalaccelerator/endpointGroup:EndpointGroup": {
    id: (creation) => `${text(creation, "listenerArn")}/endpoint-group/${creation.hex(12)}`,
    arn: (_, id) => id,
    replaced: ["endpointGroupRegion", "listenerArn"],
    filledIn: ["endpointGroupRegion", "healthCheckPort", "healthCheckPath"],
  },
  "aws:acm/certificate:Certificate": {
    id: (creation) => arnIn("acm", "certificate/")(creation, uuid(creation)),
    arn: (_, id) => id,
    replaced: [
      "domainName",
      "keyAlgorithm",
      "subjectAlternativeNames",
      "validationMethod",
      "validationOptions",
    ],
    outputs: (creation) => ({
      status: "PENDING_VALIDATION",
      domainValidationOptions: [
        {
          domainName: text(creation, "domainName"),
          resourceRecordName: `_${creation.hex(32)}.${text(creation, "domainName")}.`,
          resourceRecordType: "CNAME",
          resourceRecordValue: `_${creation.hex(32)}.acm-validations.aws.`,
        },
      ],
    }),
  },
  "aws:acm/certificateValidation:CertificateValidation": {
    id: prefixed("validation"),
    replaced: ["certificateArn", "validationRecordFqdns"],
  },
  "aws:route53/healthCheck:HealthCheck": {
    id: uuid,
    arn: (_, id) => `arn:aws:route53:::healthcheck/${id}`,
    replaced: ["type", "referenceName", "requestInterval", "measureLatency"],
  },
  "aws:lb/targetGroupAttachment:TargetGroupAttachment": {
    id: joined("-", "targetGroupArn", "targetId"),
    replaced: ["targetGroupArn", "targetId", "port", "availabilityZone"],
  },
};
