/** Groups of nodes: `core` for what stores, `edge` for what devices connect to, `apps` for the rest. */
export const nodePools = ["core", "edge", "apps"] as const;
export type NodePoolName = (typeof nodePools)[number];

/** Label of a node and key of its taint; the value is the pool. */
export const nodePoolKey = "sentinel/nodes";

/** Only what asks for these pools may run there: a strange pod would take memory that is planned for. */
const reserved: readonly NodePoolName[] = ["core", "edge"];

export const taintsOf = (pool: NodePoolName) =>
  reserved.includes(pool) ? [{ key: nodePoolKey, value: pool, effect: "NoSchedule" }] : [];

/** The part of a pod's spec that puts it on a pool. */
export function placementOn(pool: NodePoolName) {
  return {
    nodeSelector: { [nodePoolKey]: pool },
    tolerations: taintsOf(pool).map((taint) => ({ ...taint, operator: "Equal" })),
  };
}
