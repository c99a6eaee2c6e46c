import { writeFileSync } from "node:fs";
import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";

/** One of each thing that the stand-ins must get right, in two stacks of which one looks at the other. */
const config = new pulumi.Config("sample");
const stack = pulumi.getStack();
const mistake = config.get("mistake");
if (mistake === "rule") throw new pulumi.RunError("sample:mistake must not be rule");
if (mistake === "hang") {
  writeFileSync(config.require("pidFile"), String(process.pid));
  await new Promise((resolve) => setTimeout(resolve, 600_000));
}

const vpc = new aws.ec2.Vpc("network", {
  cidrBlock: config.require("cidr"),
  tags: { Name: stack, "sample:stack": stack },
});
const balancer = new aws.lb.LoadBalancer(
  "devices",
  { loadBalancerType: "network", internal: true, subnets: [] },
  { protect: true },
);
const role = new aws.iam.Role("node", {
  assumeRolePolicy: aws.iam.getPolicyDocumentOutput({
    statements: [
      {
        actions: ["sts:AssumeRole"],
        principals: [{ type: "Service", identifiers: ["eks.amazonaws.com"] }],
      },
    ],
  }).json,
});
const cluster = new aws.eks.Cluster("cluster", {
  roleArn: role.arn,
  vpcConfig: { subnetIds: [] },
});
const provider = new kubernetes.Provider("cluster", {
  clusterIdentifier: stack,
  kubeconfig: pulumi.jsonStringify({ clusters: [{ cluster: { server: cluster.endpoint } }] }),
  enableConfigMapMutable: true,
});
const inCluster = { provider };

const password = new random.RandomPassword("password", { length: 24, special: false });
const key = new tls.PrivateKey("ca", { algorithm: "ED25519" });
const authority = new tls.SelfSignedCert("ca", {
  privateKeyPem: key.privateKeyPem,
  allowedUses: ["cert_signing"],
  isCaCertificate: true,
  subject: { commonName: "sample authority" },
  validityPeriodHours: 24,
});

const namespace = new kubernetes.core.v1.Namespace(
  "space",
  { metadata: { name: "space" } },
  inCluster,
);
const secret = new kubernetes.core.v1.Secret(
  "login",
  { metadata: { namespace: namespace.metadata.name }, stringData: { password: password.result } },
  inCluster,
);
const misspelt = mistake === "input" ? { replicaCount: 3 } : {};
new kubernetes.apps.v1.StatefulSet(
  "workers",
  {
    metadata: { name: "workers", namespace: namespace.metadata.name },
    spec: {
      serviceName: "workers",
      replicas: config.requireNumber("replicas"),
      selector: { matchLabels: { app: "workers" } },
      template: {
        metadata: { labels: { app: "workers" } },
        spec: { containers: [{ name: "main", image: "example.com/worker:1" }] },
      },
      ...misspelt,
    },
  },
  inCluster,
);

if (stack !== "us-east") {
  const home = new pulumi.StackReference(`organization/${pulumi.getProject()}/us-east`);
  const peer = aws.ec2.getVpcOutput({ tags: { "sample:stack": "us-east" }, region: "us-east-1" });
  new aws.ec2.VpcPeeringConnection("link", {
    vpcId: vpc.id,
    peerVpcId: peer.id,
    peerRegion: "us-east-1",
    tags: { home: home.requireOutput("accelerated") },
  });
}

export const vpcId = vpc.id;
export const balancerName = balancer.dnsName;
export const accelerated = balancer.arn;
export const login = secret.metadata.name;
export const certificate = authority.certPem;
export const secretKey = key.privateKeyPem;
