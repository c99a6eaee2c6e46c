import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { kubernetesVersion } from "../versions.ts";
import { namespaces } from "./names.ts";

type Level = "restricted" | "baseline" | "privileged";

/** Pod Security: what pods of a namespace may at most do. */
const enforced: Readonly<Record<(typeof namespaces)[keyof typeof namespaces], Level>> = {
  [namespaces.ours]: "restricted",
  [namespaces.certManager]: "restricted",
  // Charts of others, which do not all set what "restricted" asks for.
  [namespaces.watch]: "baseline",
  // Of one pod on each node of the edges, which makes rules for its network. No level between allows that.
  [namespaces.fence]: "privileged",
};

const podSecurityLabels = (level: Level) =>
  Object.fromEntries(
    (["enforce", "audit", "warn"] as const).flatMap((mode) => [
      [`pod-security.kubernetes.io/${mode}`, level],
      [`pod-security.kubernetes.io/${mode}-version`, `v${kubernetesVersion}`],
    ]),
  );

/** The namespaces of a region, each with the level of Pod Security that its pods are held to. */
export class Namespaces extends pulumi.ComponentResource {
  /** Namespace of our own workloads. */
  readonly ours: pulumi.Output<string>;
  readonly watch: pulumi.Output<string>;
  readonly certManager: pulumi.Output<string>;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:platform:Namespaces", name, {}, opts);
    const make = (namespace: keyof typeof namespaces) =>
      new kubernetes.core.v1.Namespace(
        `${name}-${namespaces[namespace]}`,
        {
          metadata: {
            name: namespaces[namespace],
            labels: {
              "app.kubernetes.io/part-of": "mqtt-sentinel",
              "app.kubernetes.io/managed-by": "pulumi",
              ...podSecurityLabels(enforced[namespaces[namespace]]),
            },
          },
        },
        { parent: this },
      ).metadata.name;

    this.ours = make("ours");
    this.watch = make("watch");
    this.certManager = make("certManager");
    make("fence");
    this.registerOutputs({ ours: this.ours });
  }
}
