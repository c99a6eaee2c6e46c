/** Groups of nodes: `core` for what stores, `edge` for what devices connect to, `apps` for the rest. */
export const nodePools = ["core", "edge", "apps"] as const;
export type NodePoolName = (typeof nodePools)[number];

/** Label of a node and key of its taint; the value is the pool. */
export const nodePoolKey = "sentinel/nodes";

/** Only what asks for these pools may run there: a strange pod would take memory that is planned for. */
const reserved: readonly NodePoolName[] = ["core", "edge"];

export const taintsOf = (pool: NodePoolName) =>
  reserved.includes(pool) ? [{ key: nodePoolKey, value: pool, effect: "NoSchedule" }] : [];

/**
 * Annotation of a pod that is alone of its kind: its node is not given up to pack pods on fewer. When
 * the node must be renewed, the pod goes after `renewalGrace`.
 */
export const staysPut = { "karpenter.sh/do-not-disrupt": "true" };

/** How long a node that must be renewed waits for pods that want to stay. */
export const renewalGrace = "24h";

/** The part of a pod's spec that puts it on a pool. */
export function placementOn(pool: NodePoolName) {
  return {
    nodeSelector: { [nodePoolKey]: pool },
    tolerations: taintsOf(pool).map((taint) => ({ ...taint, operator: "Equal" })),
  };
}
