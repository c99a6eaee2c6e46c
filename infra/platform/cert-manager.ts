import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { charts } from "../versions.ts";
import { credentialsEnvironment, credentialsMount, credentialsVolume } from "./pod-credentials.ts";
import { chartSeconds } from "./rollout.ts";

export interface CertManagerArgs {
  readonly namespace: string;
  /** Whether it has a right at AWS: to write the record of an ACME challenge. Defaults to false. */
  readonly awsRights?: boolean;
}

const resources = {
  requests: { cpu: "20m", memory: "128Mi" },
  limits: { memory: "128Mi" },
};

/** Service account to which the right to write the ACME challenge's DNS record is given. */
export const certManagerAccount = "cert-manager";

const withCredentials = {
  extraEnv: Object.entries(credentialsEnvironment).map(([name, value]) => ({ name, value })),
  volumes: [credentialsVolume],
  volumeMounts: [credentialsMount],
};

/** cert-manager, which issues and renews every certificate in the cluster. */
export class CertManager extends pulumi.ComponentResource {
  readonly status: pulumi.Output<string>;

  constructor(name: string, args: CertManagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:platform:CertManager", name, {}, opts);
    const release = new kubernetes.helm.v3.Release(
      `${name}-release`,
      {
        name: "cert-manager",
        chart: "cert-manager",
        version: charts.certManager.version,
        repositoryOpts: { repo: charts.certManager.repository },
        namespace: args.namespace,
        timeout: chartSeconds,
        values: {
          // Kept when the release goes, for with them would go every certificate.
          crds: { enabled: true, keep: true },
          global: { leaderElection: { namespace: args.namespace } },
          replicaCount: 2,
          podDisruptionBudget: { enabled: true },
          serviceAccount: { name: certManagerAccount },
          resources,
          ...(args.awsRights && withCredentials),
          webhook: { replicaCount: 2, podDisruptionBudget: { enabled: true }, resources },
          cainjector: { replicaCount: 2, podDisruptionBudget: { enabled: true }, resources },
        },
      },
      { parent: this },
    );
    this.status = release.status.status;
    this.registerOutputs({ status: this.status });
  }
}
