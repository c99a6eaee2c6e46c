import * as pulumi from "@pulumi/pulumi";
import type { VolumeFloor } from "../infra/capacity/plan.ts";
import { mosquitto, natsCore } from "../infra/messaging/addresses.ts";
import { dataVolume } from "../infra/platform/volume-claim.ts";

const claimType = "kubernetes:core/v1:PersistentVolumeClaim";

/** A resource of the stack as the engine's state has it. */
interface StandingResource {
  readonly type: string;
  readonly outputs: {
    readonly metadata?: { readonly name?: string };
    readonly spec?: { readonly resources?: { readonly requests?: { readonly storage?: string } } };
  };
}

const gibibytes = (quantity = "") => Number(/^(\d+)Gi$/.exec(quantity)?.[1] ?? 0);

/** The largest claim of each workload; what a stack has none of is left out. */
export function volumesIn(resources: Readonly<Record<string, StandingResource>>): VolumeFloor {
  const claims = Object.values(resources).filter(({ type }) => type === claimType);
  const largest = (workload: string) =>
    Math.max(
      0,
      ...claims
        .filter(({ outputs }) => outputs.metadata?.name?.startsWith(`${dataVolume}-${workload}-`))
        .map(({ outputs }) => gibibytes(outputs.spec?.resources?.requests?.storage)),
    );
  const [coreGiB, mosquittoGiB] = [largest(natsCore), largest(mosquitto)];
  return { ...(coreGiB > 0 && { coreGiB }), ...(mosquittoGiB > 0 && { mosquittoGiB }) };
}

/**
 * The volumes that this stack has. A volume can grow and never shrink: Kubernetes refuses a smaller
 * claim, so no plan may ask for one.
 *
 * The engine's state is asked, and not the cluster, which a first preview cannot reach; nor our own
 * outputs, which an `up` that failed half-way leaves as they were before.
 */
export async function standingVolumes(): Promise<VolumeFloor> {
  const stackName = `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
  const { outputs } = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", {
    stackName,
  });
  return volumesIn(outputs);
}
