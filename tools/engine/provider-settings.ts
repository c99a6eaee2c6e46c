import { differenceOf, topLevelOf } from "./difference.ts";
import { type Properties, plain } from "./property-values.ts";
import type { DiffResult } from "./provider.ts";
import { parseUrn } from "./urn.ts";

/** Settings of a provider whose change makes everything under it new. */
function replacingSettings(packageName: string, before: Properties, after: Properties) {
  if (packageName === "aws") return ["region"];
  if (packageName !== "kubernetes") return [];
  // With an identifier the cluster is what it says, whatever the kubeconfig looks like.
  const identified = before["clusterIdentifier"] ?? after["clusterIdentifier"];
  return identified === undefined ? ["kubeconfig", "cluster", "context"] : ["clusterIdentifier"];
}

/** What a change of a provider's own configuration means. */
export function diffSettings(urn: string, before: Properties, after: Properties): DiffResult {
  const packageName = parseUrn(urn).type.split(":").at(-1) ?? "";
  const changes = differenceOf(plain(before), plain(after));
  const fields = replacingSettings(packageName, before, after);
  const replacing = changes
    .map(({ path }) => path)
    .filter((path) => fields.includes(topLevelOf(path)));
  return { changes, replacing, deletesFirst: false };
}
