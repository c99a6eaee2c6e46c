import type { Properties } from "../../property-values.ts";

const selector = ["spec.selector"];

/** Fields that cannot change in place, by group and kind: the list of the Kubernetes provider 4. */
const byKind: Readonly<Record<string, readonly string[]>> = {
  "apps:DaemonSet": selector,
  "apps:Deployment": selector,
  "apps:StatefulSet": [
    ...selector,
    "spec.podManagementPolicy",
    "spec.revisionHistoryLimit",
    "spec.serviceName",
    "spec.volumeClaimTemplates",
  ],
  "batch:Job": [...selector, "spec.completions", "spec.parallelism", "spec.template"],
  "core:PersistentVolumeClaim": [
    ...selector,
    "spec.accessModes",
    "spec.storageClassName",
    "spec.volumeName",
  ],
  "core:ResourceQuota": ["spec.scopes"],
  "core:Service": ["spec.clusterIP"],
  "rbac.authorization.k8s.io:ClusterRoleBinding": ["roleRef"],
  "rbac.authorization.k8s.io:RoleBinding": ["roleRef"],
  "storage.k8s.io:StorageClass": ["parameters", "provisioner"],
};

const enabled = (settings: Properties, name: string) =>
  settings[name] === true || settings[name] === "true";

/**
 * Paths whose change needs a new object. A ConfigMap's or Secret's content is one of them, unless
 * the provider is told to change it in place.
 */
export function replacedFields(type: string, settings: Properties): readonly string[] {
  const [, module = "", kind = ""] = type.split(":");
  const name = `${module.split("/")[0]}:${kind}`;
  if (name === "helm.sh:Release") return ["name", "namespace"];
  const always = ["metadata.name", "metadata.namespace", ...(byKind[name] ?? [])];
  if (name === "core:ConfigMap" && !enabled(settings, "enableConfigMapMutable")) {
    return [...always, "binaryData", "data"];
  }
  if (name === "core:Secret") {
    const mutable = enabled(settings, "enableSecretMutable");
    return [...always, "type", ...(mutable ? [] : ["data", "stringData"])];
  }
  return always;
}
