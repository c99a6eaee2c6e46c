import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";

export interface EncryptedStorageArgs {
  readonly volumesKeyArn: pulumi.Input<string>;
}

/**
 * Volumes for what must not be lost: gp3, encrypted with our key, kept when a claim is deleted.
 * EKS Auto Mode makes no class of its own.
 */
export class EncryptedStorage extends pulumi.ComponentResource {
  readonly className: pulumi.Output<string>;

  constructor(name: string, args: EncryptedStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:cluster:EncryptedStorage", name, {}, opts);

    const storage = new k8s.storage.v1.StorageClass(
      `${name}-gp3`,
      {
        metadata: {
          name: "encrypted-gp3",
          annotations: { "storageclass.kubernetes.io/is-default-class": "true" },
        },
        // Auto Mode's own driver; `ebs.csi.aws.com` is another program, which is not installed.
        provisioner: "ebs.csi.eks.amazonaws.com",
        parameters: { type: "gp3", encrypted: "true", kmsKeyId: args.volumesKeyArn },
        reclaimPolicy: "Retain",
        allowVolumeExpansion: true,
        // The volume has to be in the zone where its pod can run.
        volumeBindingMode: "WaitForFirstConsumer",
        allowedTopologies: [
          {
            matchLabelExpressions: [{ key: "eks.amazonaws.com/compute-type", values: ["auto"] }],
          },
        ],
      },
      { parent: this },
    );

    this.className = storage.metadata.name;
    this.registerOutputs({ className: this.className });
  }
}
