import type { VolumeFloor } from "../infra/capacity/plan.ts";
import { mosquitto, natsCore } from "../infra/messaging/addresses.ts";
import { dataVolume } from "../infra/platform/volume-claim.ts";
import type { StandingStack } from "./standing-stack.ts";

const claimType = "kubernetes:core/v1:PersistentVolumeClaim";

const gibibytes = (quantity = "") => Number(/^(\d+)Gi$/.exec(quantity)?.[1] ?? 0);

/**
 * The largest claim of each workload; what a stack has none of is left out.
 *
 * A volume can grow and never shrink: Kubernetes refuses a smaller claim, so no plan may ask for one.
 * The claims are asked, and not our own outputs, which an `up` that failed half-way leaves as they
 * were before.
 */
export function volumesIn(stack: StandingStack): VolumeFloor {
  const claims = Object.values(stack).filter(({ type }) => type === claimType);
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
