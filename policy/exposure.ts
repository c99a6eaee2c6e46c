import { statementsOf } from "./policy-text.ts";
import { listOf, type Properties, type ResourceRule, type StackRule } from "./rule.ts";

/** Where devices come in. Nothing else is for everybody. */
const publicPort = 8883;
const everybody = ["0.0.0.0/0", "::/0"];
/** Half of the internet, twice, would be everybody too. */
const isEverybody = (cidr: string) => Number(cidr.split("/")[1]) < 8;

interface Opening {
  readonly cidrs: readonly string[];
  readonly from: number | undefined;
  readonly to: number | undefined;
  readonly protocol: string;
}

const opening = (cidrs: readonly unknown[], rule: Properties, protocol: string): Opening => ({
  cidrs: cidrs.filter((cidr) => typeof cidr === "string"),
  from: rule["fromPort"],
  to: rule["toPort"],
  protocol,
});

const blocksOf = (rule: Properties) => [
  ...listOf(rule["cidrBlocks"]),
  ...listOf(rule["ipv6CidrBlocks"]),
];

/** What lets something in, in each of the three ways in which AWS can be told. */
const openingsOf: Readonly<Record<string, (properties: Properties) => Opening[]>> = {
  "aws:ec2/securityGroup:SecurityGroup": (group) =>
    listOf<Properties>(group["ingress"]).map((rule) =>
      opening(blocksOf(rule), rule, rule["protocol"]),
    ),
  "aws:ec2/securityGroupRule:SecurityGroupRule": (rule) =>
    rule["type"] === "ingress" ? [opening(blocksOf(rule), rule, rule["protocol"])] : [],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (rule) => [
    opening([rule["cidrIpv4"], rule["cidrIpv6"]], rule, rule["ipProtocol"]),
  ],
};

export const closedToEverybody: ResourceRule = {
  name: "ingress-closed",
  description: "Only 8883, where devices come in, is open to everybody.",
  violationsOf: (type, properties) =>
    (openingsOf[type]?.(properties) ?? []).flatMap(({ cidrs, from, to, protocol }) => {
      const open = cidrs.find(isEverybody);
      if (open === undefined) return [];
      const allowed = protocol === "tcp" && from === to && from === publicPort;
      if (allowed) return [];
      const ports = protocol === "-1" ? "every port" : `${protocol} ${from} to ${to}`;
      return [`${ports} is open to ${open}; only tcp 8883 may be`];
    }),
};

/** The Kubernetes API, and what Kubernetes would open by itself. */
export const guardedCluster: ResourceRule = {
  name: "cluster-guarded",
  description:
    "The Kubernetes API is not for everybody, and load balancers are made by the stack alone.",
  violationsOf(type, properties) {
    if (type === "aws:eks/cluster:Cluster") {
      const { endpointPublicAccess, publicAccessCidrs }: Properties = properties["vpcConfig"] ?? {};
      // Both default to open.
      if (endpointPublicAccess === false) return [];
      const cidrs = listOf<string>(publicAccessCidrs);
      const open = cidrs.length === 0 || cidrs.some((cidr) => everybody.includes(cidr));
      return open ? ["the cluster's API is open to everybody; set publicAccessCidrs"] : [];
    }
    const kind = properties["spec"]?.type;
    return type === "kubernetes:core/v1:Service" && ["LoadBalancer", "NodePort"].includes(kind)
      ? [`a Service of type ${kind} opens a way in that no other policy sees; use a target group`]
      : [];
  },
};

const documentTypes: Readonly<Record<string, string>> = {
  "aws:s3/bucketPolicy:BucketPolicy": "bucket",
  "aws:dynamodb/resourcePolicy:ResourcePolicy": "table",
  "aws:ecr/repositoryPolicy:RepositoryPolicy": "repository",
  "aws:kms/key:Key": "key",
};

/** No document may give anybody at all a permission. */
export const privateData: ResourceRule = {
  name: "data-private",
  description: "Policies of buckets, tables, repositories and keys name who they permit.",
  violationsOf(type, properties) {
    const what = documentTypes[type];
    if (what === undefined) return blockViolations(type, properties);
    return statementsOf(properties["policy"])
      .filter(({ allows, anybody, conditional }) => allows && anybody && !conditional)
      .map(({ sid }) => `statement ${sid} gives anybody access to the ${what}; name who`);
  },
};

const blockType = "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock";
const blockParts = [
  "blockPublicAcls",
  "blockPublicPolicy",
  "ignorePublicAcls",
  "restrictPublicBuckets",
];

function blockViolations(type: string, properties: Properties): string[] {
  if (type !== blockType) return [];
  return blockParts
    .filter((part) => properties[part] !== true)
    .map((part) => `the bucket's public access is not blocked; set ${part}`);
}

export const closedBuckets: StackRule = {
  name: "buckets-closed",
  description: "Each bucket has a BucketPublicAccessBlock.",
  violationsOfStack(resources) {
    const closed = resources
      .filter(({ type }) => type === blockType)
      .flatMap((block) => block.dependenciesOf("bucket"));
    return resources
      .filter(({ type, urn }) => type === "aws:s3/bucket:Bucket" && !closed.includes(urn))
      .map(({ urn, name }) => ({
        urn,
        message: `the bucket ${name} has no BucketPublicAccessBlock`,
      }));
  },
};
