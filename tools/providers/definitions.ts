import { readFileSync } from "node:fs";
import { eksSchemas } from "../../test/engine/eks-schemas.ts";
import { ensureKubernetesSchemas, schemaFile } from "../kubernetes-schemas.ts";
import { type KubeClient, type KubeObject, KubeRefusal } from "./kube-client.ts";

/** What charts and EKS add to the API, as far as the stacks use it; true for what has no namespace. */
const kinds: Readonly<Record<string, boolean>> = {
  "cert-manager.io/v1/Certificate": false,
  "cert-manager.io/v1/ClusterIssuer": true,
  "eks.amazonaws.com/v1/NodeClass": true,
  "eks.amazonaws.com/v1/TargetGroupBinding": false,
  "karpenter.sh/v1/NodePool": true,
  "monitoring.coreos.com/v1/PodMonitor": false,
  "monitoring.coreos.com/v1/PrometheusRule": false,
};

const pluralOf = (kind: string) => {
  const name = kind.toLowerCase();
  return name.endsWith("s") ? `${name}es` : `${name}s`;
};

function definitionOf(key: string, schema: unknown): KubeObject {
  const [group = "", version = "", kind = ""] = key.split("/");
  const plural = pluralOf(kind);
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: {
      name: `${plural}.${group}`,
      // Groups of the project itself want to see who approved of their definitions.
      annotations: { "api-approved.kubernetes.io": "unapproved, for tests" },
    },
    spec: {
      group,
      names: { kind, plural, singular: kind.toLowerCase(), listKind: `${kind}List` },
      scope: kinds[key] === true ? "Cluster" : "Namespaced",
      versions: [
        { name: version, served: true, storage: true, schema: { openAPIV3Schema: schema } },
      ],
    },
  };
}

const established = ({ status }: KubeObject): boolean =>
  status?.conditions?.some(
    ({ type, status }: { type: string; status: string }) =>
      type === "Established" && status === "True",
  ) === true;

/**
 * Teaches an API server the kinds that come with charts and with EKS, with the schemas and the rules
 * that their authors give them.
 */
export async function define(client: KubeClient): Promise<void> {
  ensureKubernetesSchemas();
  const schemas = { ...JSON.parse(readFileSync(schemaFile.custom, "utf8")), ...eksSchemas };
  const path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  for (const key of Object.keys(kinds)) {
    const definition = definitionOf(key, schemas[key]);
    await client.post(path, definition);
    await until(async () => established(await client.get(`${path}/${definition.metadata.name}`)));
  }
}

const limitMs = 60_000;

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    try {
      if (await holds()) return;
    } catch (error) {
      if (!(error instanceof KubeRefusal)) throw error;
    }
    if (Date.now() > deadline) throw new Error("a definition is not established");
    await new Promise((resume) => setTimeout(resume, 100));
  }
}
