/** A size that AWS offers, with what Kubernetes can give to pods on it. */
export interface InstanceType {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryGiB: number;
}

/** Graviton 4: memory per virtual processor of the general and of the memory family, in GiB. */
const families = { m8g: 4, r8g: 8 } as const;
export type InstanceFamily = keyof typeof families;

const sizes = { large: 2, xlarge: 4, "2xlarge": 8, "4xlarge": 16, "8xlarge": 32 } as const;

/**
 * The types that the model chooses from and the settings may name: those that all three regions
 * offer and whose price in all three `prices.ts` knows. The compute family is absent because
 * nothing here is short of processors before it is short of memory.
 */
export const instanceTypes: readonly InstanceType[] = Object.entries(families).flatMap(
  ([family, ratio]) =>
    Object.entries(sizes).map(([size, vcpus]) => ({
      name: `${family}.${size}`,
      vcpus,
      memoryGiB: vcpus * ratio,
    })),
);

export const instanceTypeNames: readonly string[] = instanceTypes.map((type) => type.name);

/** @throws RangeError for a type that is not in the table. */
export function instanceTypeOf(name: string): InstanceType {
  const found = instanceTypes.find((type) => type.name === name);
  if (found) return found;
  throw new RangeError(
    `"${name}" is not a known instance type; use one of ${instanceTypeNames.join(", ")}`,
  );
}

export const familyOf = (type: InstanceType) => type.name.split(".")[0] as InstanceFamily;

/**
 * What pods can ask for on one node.
 *
 * Memory: the hypervisor and the kernel keep up to 7.5 % (the default of Karpenter, which EKS Auto
 * Mode is built on); kubelet keeps 255 MiB, 11 MiB for each of 58 pods and 100 MiB before it evicts
 * (the formula of EKS); the rest of 1,200 MiB is for daemons, such as the fence. Processors: kubelet
 * keeps about 80 thousandths, the daemons get the rest of 300.
 */
export function allocatableOf(type: InstanceType): { cpuMillis: number; memoryMiB: number } {
  return {
    cpuMillis: type.vcpus * 1000 - 300,
    memoryMiB: Math.floor(type.memoryGiB * 1024 * 0.925) - 1200,
  };
}
