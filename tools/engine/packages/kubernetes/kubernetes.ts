import type { CloudResource } from "../../cloud.ts";
import { isWithin } from "../../difference.ts";
import type { Properties } from "../../property-values.ts";
import type { Checked, CloudPackage, Created, Creation, Difference } from "../cloud-package.ts";
import { replacedFields } from "./replaced-fields.ts";
import { volumeRefusal } from "./volumes.ts";

const helmRelease = "kubernetes:helm.sh/v3:Release";
const autonamed = "pulumi.com/autonamed";
const clusterWide =
  /:(Namespace|Node|PersistentVolume|ClusterRole|ClusterRoleBinding|CustomResourceDefinition|StorageClass|CSIDriver|PriorityClass|RuntimeClass|IngressClass|APIService|(Mutating|Validating)(WebhookConfiguration|AdmissionPolicy|AdmissionPolicyBinding))$/;
const builtIn = /^kubernetes:([a-z]+|[\w.]+\.k8s\.io)\/[^:]+:/;

export interface ObjectName {
  readonly name: string;
  /** Empty for what belongs to the whole cluster. */
  readonly namespace: string;
}

export function objectNameOf(type: string, inputs: Properties): ObjectName {
  if (type === helmRelease) {
    return { name: String(inputs["name"]), namespace: String(inputs["namespace"] ?? "default") };
  }
  const metadata = (inputs["metadata"] ?? {}) as Properties;
  const fallback = builtIn.test(type) && !clusterWide.test(type) ? "default" : "";
  return {
    name: String(metadata["name"]),
    namespace: String(metadata["namespace"] ?? fallback),
  };
}

const annotationsOf = (inputs: Properties) =>
  ((inputs["metadata"] as Properties | undefined)?.["annotations"] ?? {}) as Properties;

/** An object without a name gets the resource's name and eight digits, once. */
function complete({ urn, inputs, before, seed }: Checked): Properties {
  const generated = `${urn.name}-${seed.slice(0, 8)}`;
  if (urn.type === helmRelease) {
    return {
      namespace: "default",
      ...inputs,
      name: inputs["name"] ?? before?.["name"] ?? generated,
    };
  }
  const metadata = (inputs["metadata"] ?? {}) as Properties;
  if (metadata["name"] !== undefined || metadata["generateName"] !== undefined) return inputs;
  const earlier = (before?.["metadata"] as Properties | undefined)?.["name"];
  return {
    ...inputs,
    metadata: {
      ...metadata,
      name: earlier ?? generated,
      annotations: { ...annotationsOf(inputs), [autonamed]: "true" },
    },
  };
}

function create({ urn, inputs, hex }: Creation): Created {
  const { name, namespace } = objectNameOf(urn.type, inputs);
  const id = namespace ? `${namespace}/${name}` : name;
  if (urn.type === helmRelease) {
    const { chart, version } = inputs;
    return { id, outputs: { status: { name, namespace, chart, version, status: "deployed" } } };
  }
  const digits = hex(32);
  const uid = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return {
    id,
    outputs: {
      metadata: {
        ...(inputs["metadata"] as Properties | undefined),
        ...(namespace && { namespace }),
        uid,
        resourceVersion: String(Number.parseInt(digits.slice(0, 6), 16)),
      },
    },
  };
}

function deletesFirst({ type, before, after }: Difference): boolean {
  const [old, next] = [objectNameOf(type, before), objectNameOf(type, after)];
  const same = old.name === next.name && old.namespace === next.namespace;
  return same && annotationsOf(after)[autonamed] !== "true";
}

/** Those that every cluster starts with. */
const firstNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

const hasNamespace = (namespace: string, present: readonly CloudResource[]) =>
  firstNamespaces.includes(namespace) ||
  present.some(
    ({ type, id, properties }) =>
      (type === "kubernetes:core/v1:Namespace" && id === namespace) ||
      (properties["createNamespace"] === true && properties["namespace"] === namespace),
  );

/** Objects of one cluster per stack. Nothing reconciles: no pod starts and no status fills in. */
export const kubernetes: CloudPackage = {
  complete,
  problems: () => [],
  replacing({ type, changes, settings }) {
    const fields = replacedFields(type, settings);
    return changes
      .map(({ path }) => path)
      .filter((path) => fields.some((field) => isWithin(path, field)));
  },
  deletesFirst,
  predicted: () => ({}),
  foreseen: () => ({}),
  create,
  filledIn: () => [],
  refusal(type, inputs, present) {
    const { namespace } = objectNameOf(type, inputs);
    if (inputs["createNamespace"] === true || !namespace || hasNamespace(namespace, present)) {
      return undefined;
    }
    return `namespaces "${namespace}" not found`;
  },
  changeRefusal: volumeRefusal,
  keepingReason: () => undefined,
  uniqueName: (type, id) => `${type} ${id}`,
};
