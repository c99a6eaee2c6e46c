import { randomBytes } from "node:crypto";
import { type Call, policiesOf } from "./access-policies.ts";
import { accountId, type Body, Fault, seconds } from "./fault.ts";
import type { Moto } from "./moto.ts";

/** Where a region's cluster answers, and the certificate of its authority in PEM. */
export interface ClusterAddress {
  readonly endpoint: string;
  readonly authority: string;
}

export interface EksCall {
  readonly method: string;
  readonly url: URL;
  readonly body: Body;
  readonly region: string;
}

const hex = (digits: number) => randomBytes(digits).toString("hex").slice(0, digits);
const missing = (what: string) => new Fault(404, "ResourceNotFoundException", `No ${what} found`);
const inUse = (what: string) => new Fault(409, "ResourceInUseException", `${what} already exists`);

/** What belongs to one cluster, by kind and key. */
interface Cluster {
  // biome-ignore lint/suspicious/noExplicitAny: a cluster as AWS describes it.
  readonly described: any;
  readonly entries: Map<string, Body>;
  readonly addons: Map<string, Body>;
  readonly associations: Map<string, Body>;
}

/** EKS as its API documentation describes it, as far as the stacks use it: moto has half of it. */
export class Eks {
  readonly #moto: Moto;
  readonly #addresses: Readonly<Record<string, ClusterAddress>>;
  readonly #clusters = new Map<string, Cluster>();
  readonly #tags = new Map<string, Record<string, string>>();

  /** @param addresses by AWS region. */
  constructor(moto: Moto, addresses: Readonly<Record<string, ClusterAddress>>) {
    this.#moto = moto;
    this.#addresses = addresses;
  }

  /** ARNs of the clusters that there are. */
  get arns(): readonly string[] {
    return [...this.#clusters.values()].map(({ described }) => described.arn);
  }

  /** @throws Fault for what AWS refuses too. */
  async answer({ method, url, body, region }: EksCall): Promise<object> {
    const [first, name = "", kind, key, ...rest] = url.pathname
      .slice(1)
      .split("/")
      .map(decodeURIComponent);
    if (first === "tags") return this.#tagging(method, url, body);
    if (first !== "clusters") throw missing(url.pathname);
    if (name === "") return this.#create(body, region);
    const cluster = this.#clusters.get(`${region}/${name}`);
    if (!cluster) throw missing(`cluster found for name: ${name}.`);
    if (kind === undefined) return this.#cluster(method, cluster, region);
    const call = { method, key, rest, body: { ...body, clusterName: name }, region };
    switch (kind) {
      case "update-config":
      case "updates":
        return this.#update(cluster, kind === "updates" ? {} : body);
      case "access-entries":
        return this.#entry(cluster, call);
      case "addons":
        return this.#addon(cluster, call);
      case "pod-identity-associations":
        return this.#association(cluster, call);
      default:
        throw missing(url.pathname);
    }
  }

  #tagging(method: string, url: URL, body: Body): object {
    const arn = decodeURIComponent(url.pathname.slice("/tags/".length));
    const tags = { ...this.#tags.get(arn) };
    if (method === "GET") return { tags };
    for (const key of url.searchParams.getAll("tagKeys")) delete tags[key];
    this.#tags.set(arn, { ...tags, ...body.tags });
    return {};
  }

  async #create(body: Body, region: string): Promise<object> {
    const { name } = body;
    if (this.#clusters.has(`${region}/${name}`)) throw inUse(`Cluster ${name}`);
    const address = this.#addresses[region];
    if (!address) throw new Error(`no API server stands for a cluster in ${region}`);
    const network = body.resourcesVpcConfig;
    const { vpcId, securityGroup } = await this.#networkOf(network.subnetIds[0], name, region);
    const arn = `arn:aws:eks:${region}:${accountId}:cluster/${name}`;
    const issuer = `https://oidc.eks.${region}.amazonaws.com/id/${hex(32).toUpperCase()}`;
    const described = {
      ...body,
      ...{ arn, createdAt: seconds(), status: "ACTIVE", platformVersion: "eks.1" },
      health: { issues: [] },
      endpoint: address.endpoint,
      certificateAuthority: { data: Buffer.from(address.authority).toString("base64") },
      identity: { oidc: { issuer } },
      resourcesVpcConfig: {
        ...{ endpointPublicAccess: true, endpointPrivateAccess: false, securityGroupIds: [] },
        publicAccessCidrs: network.endpointPublicAccess === false ? [] : ["0.0.0.0/0"],
        ...network,
        ...{ clusterSecurityGroupId: securityGroup, vpcId },
      },
      kubernetesNetworkConfig: {
        ...{ serviceIpv4Cidr: "172.20.0.0/16", ipFamily: "ipv4" },
        ...body.kubernetesNetworkConfig,
      },
      logging: body.logging ?? { clusterLogging: [] },
      accessConfig: { authenticationMode: body.accessConfig?.authenticationMode ?? "CONFIG_MAP" },
      upgradePolicy: body.upgradePolicy ?? { supportType: "EXTENDED" },
    };
    this.#tags.set(arn, body.tags ?? {});
    this.#clusters.set(`${region}/${name}`, {
      described,
      ...{ entries: new Map(), addons: new Map(), associations: new Map() },
    });
    return { cluster: described };
  }

  /** The network of a subnet, with a group that EKS makes in it. */
  async #networkOf(subnet: string, name: string, region: string) {
    const found = await this.#moto.ec2(region, {
      Action: "DescribeSubnets",
      "SubnetId.1": subnet,
    });
    const vpcId = /<vpcId>(vpc-\w+)</.exec(found)?.[1];
    if (!vpcId) {
      throw new Fault(400, "InvalidParameterException", `The subnet ID '${subnet}' does not exist`);
    }
    const made = await this.#moto.ec2(region, {
      Action: "CreateSecurityGroup",
      GroupName: `eks-cluster-sg-${name}-${hex(8)}`,
      GroupDescription: "EKS created security group",
      VpcId: vpcId,
    });
    return { vpcId, securityGroup: /<groupId>(sg-\w+)</.exec(made)?.[1] ?? "" };
  }

  async #cluster(method: string, { described }: Cluster, region: string): Promise<object> {
    if (method === "GET") {
      return { cluster: { ...described, tags: this.#tags.get(described.arn) } };
    }
    if (described.deletionProtection) {
      const why = "Cannot delete cluster with deletionProtection";
      throw new Fault(400, "InvalidRequestException", why);
    }
    this.#clusters.delete(`${region}/${described.name}`);
    const GroupId = described.resourcesVpcConfig.clusterSecurityGroupId;
    await this.#moto.ec2(region, { Action: "DeleteSecurityGroup", GroupId });
    return { cluster: { ...described, status: "DELETING" } };
  }

  #update({ described }: Cluster, body: Body): object {
    for (const [key, value] of Object.entries(body)) {
      if (key === "clientRequestToken") continue;
      const whole = typeof value === "object" && !Array.isArray(value);
      described[key] = whole ? { ...described[key], ...value } : value;
    }
    const times = { createdAt: seconds(), errors: [], params: [] };
    return { update: { id: hex(32), status: "Successful", type: "ConfigUpdate", ...times } };
  }

  #entry({ described, entries }: Cluster, { method, key, rest, body, region }: Call): object {
    if (key === undefined) {
      const { principalArn } = body;
      if (entries.has(principalArn)) throw inUse("The specified access entry resource");
      const nodes = body.type === "EC2";
      const role = principalArn.split("/").at(-1);
      const made = {
        kubernetesGroups: nodes ? ["system:nodes"] : [],
        username: nodes ? "system:node:{{EC2PrivateDNSName}}" : principalArn,
        ...{ type: "STANDARD", tags: {}, ...body, policies: [] },
        ...{ createdAt: seconds(), modifiedAt: seconds() },
        accessEntryArn: `arn:aws:eks:${region}:${accountId}:access-entry/${described.name}/role/${accountId}/${role}/${hex(32)}`,
      };
      entries.set(principalArn, made);
      this.#tags.set(made.accessEntryArn, made.tags);
      return { accessEntry: made };
    }
    const entry = entries.get(key);
    if (!entry) throw missing("access entry");
    if (rest.length > 0) return policiesOf(entry, { method, key, rest, body, region });
    if (method === "DELETE") entries.delete(key);
    return method === "DELETE" ? {} : { accessEntry: entry };
  }

  #addon({ addons }: Cluster, { method, key, body, region }: Call): object {
    if (key === undefined) {
      const { clusterName, addonName } = body;
      const made = {
        ...{ addonVersion: "v0.8.0-eksbuild.1", tags: {}, ...body, status: "ACTIVE" },
        ...{ health: { issues: [] }, createdAt: seconds(), modifiedAt: seconds() },
        addonArn: `arn:aws:eks:${region}:${accountId}:addon/${clusterName}/${addonName}/${hex(32)}`,
      };
      addons.set(addonName, made);
      this.#tags.set(made.addonArn, made.tags);
      return { addon: made };
    }
    const addon = addons.get(key);
    if (!addon) throw missing("addon");
    if (method !== "DELETE") return { addon };
    addons.delete(key);
    return { addon: { ...addon, status: "DELETING" } };
  }

  #association({ associations }: Cluster, { method, key, body, region }: Call): object {
    if (key === undefined && method === "GET") return { associations: [...associations.values()] };
    if (key === undefined) {
      const associationId = `a-${hex(17)}`;
      const made = {
        ...{ tags: {}, disableSessionTags: false, ...body, associationId },
        ...{ createdAt: seconds(), modifiedAt: seconds() },
        associationArn: `arn:aws:eks:${region}:${accountId}:podidentityassociation/${body.clusterName}/${associationId}`,
      };
      associations.set(associationId, made);
      this.#tags.set(made.associationArn, made.tags);
      return { association: made };
    }
    const association = associations.get(key);
    if (!association) throw missing("association");
    if (method === "DELETE") associations.delete(key);
    if (method === "POST") Object.assign(association, body);
    return { association };
  }
}
