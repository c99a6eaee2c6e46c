import * as aws from "@pulumi/aws";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

/** One resource for each policy, named after it: as the policy wants it, or with `broken` just not so. */
const broken = new pulumi.Config("program").requireBoolean("broken");
const either = <T>(good: T, bad: T): T => (broken ? bad : good);

// As in a first preview: of the cluster, nothing is known yet.
const cluster = new aws.eks.Cluster("cluster", {
  roleArn: "arn:aws:iam::123456789012:role/cluster",
  vpcConfig: { subnetIds: [], endpointPublicAccess: false },
  encryptionConfig: { provider: { keyArn: "key" }, resources: ["secrets"] },
});
const provider = new kubernetes.Provider("cluster", {
  kubeconfig: pulumi.jsonStringify({ clusters: [{ cluster: { server: cluster.endpoint } }] }),
  clusterIdentifier: "policy-program",
});
const inCluster = { provider };

new kubernetes.core.v1.ConfigMap(
  "configurations-tls-1.3",
  { data: { "mosquitto.conf": `listener 8883\ntls_version ${either("tlsv1.3", "tlsv1.2")}\n` } },
  inCluster,
);
new aws.lb.Listener("listeners-tls-1.3", {
  loadBalancerArn: "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/net/x/1",
  protocol: "TCP",
  port: either(8883, 1883),
  defaultActions: [],
});
new aws.cloudwatch.LogGroup("encrypted-at-rest", {
  ...either({ kmsKeyId: new aws.kms.Key("logs", { enableKeyRotation: true }).arn }, {}),
});
new aws.vpc.SecurityGroupIngressRule("ingress-closed", {
  securityGroupId: "sg-1",
  ipProtocol: "tcp",
  fromPort: either(8883, 443),
  toPort: either(8883, 443),
  cidrIpv4: "0.0.0.0/0",
});
new kubernetes.core.v1.Service(
  "cluster-guarded",
  { spec: { type: either("ClusterIP", "LoadBalancer"), ports: [{ port: 80 }] } },
  inCluster,
);
new aws.dynamodb.Table("table-durable", {
  attributes: [{ name: "id", type: "S" }],
  hashKey: "id",
  billingMode: "PAY_PER_REQUEST",
  deletionProtectionEnabled: either(true, false),
  pointInTimeRecovery: { enabled: true },
  serverSideEncryption: { enabled: true, kmsKeyArn: "arn:aws:kms:us-east-1:123456789012:key/1" },
});
new aws.iam.Policy("iam-no-wildcards", {
  policy: JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Action: either("dynamodb:GetItem", "dynamodb:*"),
        Resource: "arn:aws:dynamodb:us-east-1:123456789012:table/devices",
      },
    ],
  }),
});

const buckets = ["data-private", "buckets-encrypted", "buckets-closed"].map((name) => {
  const { bucket } = new aws.s3.Bucket(name);
  if (name !== "buckets-encrypted" || !broken) {
    new aws.s3.BucketServerSideEncryptionConfiguration(name, {
      bucket,
      rules: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: "aws:kms" } }],
    });
  }
  if (name !== "buckets-closed" || !broken) {
    new aws.s3.BucketPublicAccessBlock(name, {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: name !== "data-private" || !broken,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
  }
  return bucket;
});
export const bucketNames = buckets;

const container = {
  name: "main",
  image: "registry.example.com/main:0.1.0",
  resources: { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } },
  livenessProbe: { tcpSocket: { port: 80 } },
  readinessProbe: { tcpSocket: { port: 80 } },
};
const podsOf = (name: string, changes: object) => {
  const labels = { "app.kubernetes.io/name": name };
  return {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ ...container, ...either({}, changes) }] },
    },
  };
};
const workloads: Record<string, object> = {
  "images-pinned": { image: "registry.example.com/main:latest" },
  "resources-set": { resources: {} },
  "probes-set": { readinessProbe: undefined },
  "privileges-kept": { securityContext: { capabilities: { add: ["NET_ADMIN"] } } },
};
for (const [name, changes] of Object.entries(workloads)) {
  new kubernetes.apps.v1.Deployment(name, { spec: podsOf(name, changes) }, inCluster);
}
const name = "disruption-budgets";
new kubernetes.apps.v1.StatefulSet(
  name,
  { spec: { ...podsOf(name, {}), serviceName: name } },
  inCluster,
);
new kubernetes.policy.v1.PodDisruptionBudget(
  name,
  {
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: { "app.kubernetes.io/name": either(name, "other") } },
    },
  },
  inCluster,
);
