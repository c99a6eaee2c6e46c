import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { DiskPlan } from "../capacity/disk.ts";

export interface EncryptedStorageArgs {
  readonly volumesKeyArn: pulumi.Input<string>;
  /** Of the core servers' volumes. A change is for new volumes; those that exist keep theirs. */
  readonly coreDisk: DiskPlan;
  /** Keeps classes that volumes were made with. Defaults to true. */
  readonly deletionProtection?: boolean | undefined;
}

/**
 * Volumes for what must not be lost: gp3, encrypted with our key, kept when a claim is deleted.
 * EKS Auto Mode makes no class of its own. Core servers have one that is as fast as they need;
 * a small volume would not be given so many operations.
 *
 * A class cannot be changed, and a preview of one that is made anew under its name is refused by the
 * API server. So the name says how fast it is; the class before stays, because volumes that it made
 * grow only as long as it is there.
 */
export class EncryptedStorage extends pulumi.ComponentResource {
  readonly className: pulumi.Output<string>;
  /**
   * A text, and no output: a class is replaced when its name changes, and claims that depended on it
   * would have to be replaced with it.
   */
  readonly coreClassName: string;

  constructor(name: string, args: EncryptedStorageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:cluster:EncryptedStorage", name, {}, opts);

    const { iops, mebibytesPerSecond } = args.coreDisk;
    const speed = { iops: String(iops), throughput: String(mebibytesPerSecond) };
    const isDefault = { "storageclass.kubernetes.io/is-default-class": "true" };
    this.coreClassName = `core-gp3-${iops}-${mebibytesPerSecond}`;
    this.className = this.#class(`${name}-gp3`, "encrypted-gp3", args, { annotations: isDefault });
    this.#class(`${name}-core`, this.coreClassName, args, { speed });
    this.registerOutputs({ className: this.className });
  }

  #class(
    name: string,
    className: string,
    { volumesKeyArn, deletionProtection = true }: EncryptedStorageArgs,
    its: { readonly annotations?: Record<string, string>; readonly speed?: Record<string, string> },
  ): pulumi.Output<string> {
    const { annotations, speed } = its;
    return new k8s.storage.v1.StorageClass(
      name,
      {
        metadata: { name: className, ...(annotations && { annotations }) },
        // Auto Mode's own driver; `ebs.csi.aws.com` is another program, which is not installed.
        provisioner: "ebs.csi.eks.amazonaws.com",
        parameters: { type: "gp3", encrypted: "true", kmsKeyId: volumesKeyArn, ...speed },
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
      { parent: this, retainOnDelete: deletionProtection },
    ).metadata.name;
  }
}
