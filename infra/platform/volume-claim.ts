import * as kubernetes from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { metadataOf, type WorkloadObjectsArgs } from "./workload-objects.ts";

export interface VolumeClaimArgs extends WorkloadObjectsArgs {
  readonly storageClassName: pulumi.Input<string>;
  readonly volumeGiB: number;
  /** Refuses deletion of the claims. Defaults to true. */
  readonly deletionProtection?: boolean | undefined;
}

export const dataVolume = "data";

const claimSpec = ({ storageClassName, volumeGiB }: VolumeClaimArgs) => ({
  accessModes: ["ReadWriteOnce"],
  storageClassName,
  resources: { requests: { storage: `${volumeGiB}Gi` } },
});

/** As a StatefulSet wants it written; it is only read when a claim of that name is missing. */
export const claimTemplate = (args: VolumeClaimArgs) => ({
  metadata: { name: dataVolume },
  spec: claimSpec(args),
});

/**
 * Of a StatefulSet with claims of our own, because changing its template would replace it: every
 * server of the region would be gone at once.
 */
export const keptClaimTemplate = ["spec.volumeClaimTemplates"];

/**
 * The claims of a StatefulSet's pods, by the names that it looks for. Made here and not by its
 * template, so that a larger plan is an update of the claim, which grows the volume where it is.
 */
export function volumeClaims(args: VolumeClaimArgs, replicas: number) {
  return Array.from({ length: replicas }, (_, index) => {
    const name = `${dataVolume}-${args.workload}-${index}`;
    return new kubernetes.core.v1.PersistentVolumeClaim(
      `${args.workload}-${dataVolume}-${index}`,
      {
        metadata: {
          ...metadataOf(args, name),
          // It is bound when its pod is scheduled, which is later.
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: claimSpec(args),
      },
      {
        parent: args.parent,
        protect: args.deletionProtection ?? true,
        // A volume keeps the class that it was made with.
        ignoreChanges: ["spec.storageClassName"],
      },
    );
  });
}
