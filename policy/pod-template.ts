import type { Properties } from "./rule.ts";

/** Where each kind keeps the specification of its pods. */
const pathsToPod: Readonly<Record<string, readonly string[]>> = {
  "kubernetes:core/v1:Pod": ["spec"],
  "kubernetes:apps/v1:Deployment": ["spec", "template", "spec"],
  "kubernetes:apps/v1:StatefulSet": ["spec", "template", "spec"],
  "kubernetes:apps/v1:DaemonSet": ["spec", "template", "spec"],
  "kubernetes:batch/v1:Job": ["spec", "template", "spec"],
  "kubernetes:batch/v1:CronJob": ["spec", "jobTemplate", "spec", "template", "spec"],
};

/** Kinds whose pods run until they are done. */
const ending = ["kubernetes:batch/v1:Job", "kubernetes:batch/v1:CronJob"];

export interface PodTemplate {
  readonly containers: readonly Properties[];
  readonly initContainers: readonly Properties[];
  /** What the pod itself asks for. */
  readonly spec: Properties;
  /** Whether Kubernetes keeps the pod running, so that it has to know how it fares. */
  readonly serves: boolean;
}

/** Undefined for what makes no pods. */
export function podTemplateOf(type: string, properties: Properties): PodTemplate | undefined {
  const path = pathsToPod[type];
  if (!path) return undefined;
  const spec = path.reduce<Properties | undefined>((inner, key) => inner?.[key], properties);
  return {
    spec: spec ?? {},
    containers: spec?.["containers"] ?? [],
    initContainers: spec?.["initContainers"] ?? [],
    serves: !ending.includes(type),
  };
}
