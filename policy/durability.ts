import { listOf, type Properties, type ResourceRule, type StackRule } from "./rule.ts";

/** The device table and each of its copies can be brought back, and not be deleted by a slip. */
export const durableTable: ResourceRule = {
  name: "table-durable",
  description:
    "DynamoDB tables and their replicas have point-in-time recovery and deletion protection.",
  violationsOf(type, properties) {
    if (type !== "aws:dynamodb/table:Table") return [];
    const missing = (what: string, recovery: unknown, protection: unknown) => [
      ...(recovery === true ? [] : [`${what} has no point-in-time recovery`]),
      ...(protection === true ? [] : [`${what} has no deletion protection`]),
    ];
    return [
      ...missing(
        "the table",
        properties["pointInTimeRecovery"]?.enabled,
        properties["deletionProtectionEnabled"],
      ),
      ...listOf<Properties>(properties["replicas"]).flatMap((replica) =>
        missing(
          `the replica in ${replica["regionName"]}`,
          replica["pointInTimeRecovery"],
          replica["deletionProtectionEnabled"],
        ),
      ),
    ];
  },
};

/** Nodes are replaced while everything runs: without a budget two of three servers may go at once. */
export const disruptionBudgets: StackRule = {
  name: "disruption-budgets",
  description: "Each StatefulSet has a PodDisruptionBudget that selects its pods.",
  violationsOfStack(resources) {
    const budgets = resources
      .filter(({ type }) => type === "kubernetes:policy/v1:PodDisruptionBudget")
      .map(({ properties }): Properties => properties["spec"]?.selector?.matchLabels ?? {});
    return resources
      .filter(({ type }) => type === "kubernetes:apps/v1:StatefulSet")
      .flatMap(({ urn, name, properties }) => {
        const labels: Properties = properties["spec"]?.template?.metadata?.labels ?? {};
        if (budgets.some((selector) => selects(selector, labels))) return [];
        return [
          { urn, message: `no PodDisruptionBudget selects the pods of the StatefulSet ${name}` },
        ];
      });
  },
};

/** An empty selector is not counted: it would select every pod of its namespace. */
function selects(selector: Properties, labels: Properties): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([name, value]) => labels[name] === value);
}
