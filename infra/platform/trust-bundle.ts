import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

export interface TrustBundleArgs {
  readonly namespace: string;
  /** Certificates of the internal CA in PEM: one, or an old and a new one while it is renewed. */
  readonly certificates: pulumi.Input<string>;
}

/** What our processes believe: the internal CA's certificate, as the file `ca.crt`. */
export class TrustBundle extends pulumi.ComponentResource {
  readonly configMapName: pulumi.Output<string>;

  constructor(name: string, args: TrustBundleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:platform:TrustBundle", name, {}, opts);
    const bundle = new kubernetes.core.v1.ConfigMap(
      `${name}-certificates`,
      {
        metadata: { name: "internal-ca", namespace: args.namespace },
        data: { "ca.crt": args.certificates },
      },
      { parent: this },
    );
    this.configMapName = bundle.metadata.name;
    this.registerOutputs({ configMapName: this.configMapName });
  }
}
