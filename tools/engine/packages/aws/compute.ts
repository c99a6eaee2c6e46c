import { type Properties, unknown } from "../../property-values.ts";
import { accountId, type Difference } from "../cloud-package.ts";
import { type AwsKinds, arnIn, byInput, joined, text, uuid } from "./aws-kind.ts";

const iam = (resource: string) => (_: unknown, id: string) =>
  `arn:aws:iam::${accountId}:${resource}/${id}`;

/** Secrets encryption of a cluster can be switched on, but neither off nor to another key. */
function clusterReplacement({ before, changes }: Difference): readonly string[] {
  if (before["encryptionConfig"] === undefined) return [];
  return changes.map(({ path }) => path).filter((path) => path.startsWith("encryptionConfig"));
}

/** Clusters, who may do what, and images. */
export const compute: AwsKinds = {
  "aws:eks/cluster:Cluster": {
    id: byInput("name"),
    arn: arnIn("eks", "cluster/"),
    autoname: "name",
    nameLimit: 100,
    uniqueIn: "region",
    replaced: [
      "name",
      "roleArn",
      "bootstrapSelfManagedAddons",
      "accessConfig.bootstrapClusterCreatorAdminPermissions",
      "kubernetesNetworkConfig.ipFamily",
      "kubernetesNetworkConfig.serviceIpv4Cidr",
      "outpostConfig",
    ],
    replacedWhen: clusterReplacement,
    filledIn: ["version"],
    foreseen: ({ vpcConfig }) => ({
      vpcConfig: { ...(vpcConfig as Properties), clusterSecurityGroupId: unknown },
    }),
    outputs: ({ region, hex, inputs }) => ({
      certificateAuthority: { data: Buffer.from("stand-in certificate").toString("base64") },
      endpoint: `https://${hex(32).toUpperCase()}.gr7.${region}.eks.amazonaws.com`,
      identities: [
        {
          oidcs: [
            { issuer: `https://oidc.eks.${region}.amazonaws.com/id/${hex(32).toUpperCase()}` },
          ],
        },
      ],
      platformVersion: "eks.1",
      status: "ACTIVE",
      vpcConfig: {
        ...(inputs["vpcConfig"] as object),
        clusterSecurityGroupId: `sg-${hex(17)}`,
      },
    }),
  },
  "aws:eks/addon:Addon": {
    id: joined(":", "clusterName", "addonName"),
    replaced: ["addonName", "clusterName"],
    filledIn: ["addonVersion"],
  },
  "aws:eks/accessEntry:AccessEntry": {
    id: joined(":", "clusterName", "principalArn"),
    replaced: ["clusterName", "principalArn", "type"],
    filledIn: ["userName", "kubernetesGroups"],
  },
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation": {
    id: joined("#", "clusterName", "principalArn", "policyArn"),
    replaced: ["clusterName", "principalArn", "policyArn", "accessScope"],
  },
  "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
    id: ({ hex }) => `a-${hex(17)}`,
    replaced: ["clusterName", "namespace", "serviceAccount"],
    outputs: (_, id) => ({ associationId: id }),
  },
  "aws:iam/role:Role": {
    id: byInput("name"),
    arn: iam("role"),
    autoname: "name",
    nameLimit: 64,
    uniqueIn: "account",
    replaced: ["name", "namePrefix", "path"],
    outputs: ({ hex }) => ({ uniqueId: `AROA${hex(17).toUpperCase()}` }),
  },
  "aws:iam/policy:Policy": {
    id: (creation) => iam("policy")(creation, text(creation, "name")),
    arn: (_, id) => id,
    autoname: "name",
    nameLimit: 128,
    uniqueIn: "account",
    replaced: ["name", "namePrefix", "path", "description"],
  },
  "aws:iam/rolePolicy:RolePolicy": {
    id: joined(":", "role", "name"),
    autoname: "name",
    nameLimit: 128,
    replaced: ["name", "namePrefix", "role"],
  },
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {
    id: joined("/", "role", "policyArn"),
    replaced: ["role", "policyArn"],
  },
  "aws:iam/instanceProfile:InstanceProfile": {
    id: byInput("name"),
    arn: iam("instance-profile"),
    autoname: "name",
    nameLimit: 128,
    uniqueIn: "account",
    replaced: ["name", "namePrefix", "path"],
  },
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": {
    id: (creation) =>
      iam("oidc-provider")(creation, text(creation, "url").replace(/^https:\/\//, "")),
    arn: (_, id) => id,
    replaced: ["url"],
  },
  "aws:ecr/repository:Repository": {
    id: byInput("name"),
    arn: arnIn("ecr", "repository/"),
    autoname: "name",
    nameLimit: 256,
    uniqueIn: "region",
    replaced: ["name", "encryptionConfigurations"],
    outputs: ({ region, inputs }) => ({
      registryId: accountId,
      repositoryUrl: `${accountId}.dkr.ecr.${region}.amazonaws.com/${inputs["name"]}`,
    }),
  },
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": {
    id: byInput("repository"),
    replaced: ["repository", "policy"],
    outputs: () => ({ registryId: accountId }),
  },
  "aws:ecr/repositoryPolicy:RepositoryPolicy": {
    id: byInput("repository"),
    replaced: ["repository"],
    outputs: () => ({ registryId: accountId }),
  },
  "aws:ecr/replicationConfiguration:ReplicationConfiguration": {
    id: () => accountId,
    replaced: [],
    outputs: () => ({ registryId: accountId }),
  },
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {
    id: byInput("ecrRepositoryPrefix"),
    replaced: ["ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRepositoryPrefix"],
    outputs: () => ({ registryId: accountId }),
  },
  "aws:kms/key:Key": {
    id: uuid,
    arn: arnIn("kms", "key/"),
    replaced: ["customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId", "xksKeyId"],
    filledIn: ["description", "policy"],
    outputs: (_, id) => ({ keyId: id }),
  },
  "aws:kms/replicaKey:ReplicaKey": {
    id: (creation) => text(creation, "primaryKeyArn").replace(/.*\//, ""),
    arn: arnIn("kms", "key/"),
    replaced: ["primaryKeyArn"],
    outputs: (_, id) => ({ keyId: id, keyRotationEnabled: true }),
  },
  "aws:kms/alias:Alias": {
    id: byInput("name"),
    arn: arnIn("kms", ""),
    uniqueIn: "region",
    replaced: ["name", "namePrefix"],
    outputs: (creation) => ({
      targetKeyArn: arnIn("kms", "key/")(creation, text(creation, "targetKeyId")),
    }),
  },
  "aws:kms/keyPolicy:KeyPolicy": { id: byInput("keyId"), replaced: ["keyId"] },
};
