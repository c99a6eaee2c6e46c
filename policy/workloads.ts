import { podTemplateOf } from "./pod-template.ts";
import type { Properties, ResourceRule } from "./rule.ts";

/** What stands behind the last colon of the last part; a colon before it is a port's. */
const tagOf = (image: string) => /:([^/:]+)$/.exec(image.replace(/@.*$/, ""))?.[1];

/** What runs must be readable from the diff: a tag that moves changes it without one. */
export const pinnedImages: ResourceRule = {
  name: "images-pinned",
  description: "Images have a version or a digest, and never the tag latest.",
  violationsOf(type, properties) {
    const pod = podTemplateOf(type, properties);
    return [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].flatMap((container) => {
      const image: string = container["image"];
      const tag = tagOf(image);
      const pinned = image.includes("@sha256:") || tag !== undefined;
      if (pinned && tag !== "latest") return [];
      return [`container ${container["name"]} runs ${image}; give it a version or a digest`];
    });
  },
};

/** Without a request a pod is put anywhere, without a limit it takes its neighbours down with it. */
export const sizedContainers: ResourceRule = {
  name: "resources-set",
  description: "Containers ask for processor and memory, and have a limit of memory.",
  violationsOf(type, properties) {
    const pod = podTemplateOf(type, properties);
    return [...(pod?.containers ?? []), ...(pod?.initContainers ?? [])].flatMap((container) => {
      const resources: Properties | undefined = container["resources"];
      const missing = [
        !resources?.["requests"]?.cpu && "requests.cpu",
        !resources?.["requests"]?.memory && "requests.memory",
        !resources?.["limits"]?.memory && "limits.memory",
      ].filter((name) => name !== false);
      if (missing.length === 0) return [];
      return [`container ${container["name"]} has no ${missing.join(", ")} in its resources`];
    });
  },
};

export const probedContainers: ResourceRule = {
  name: "probes-set",
  description: "Containers that serve have a liveness and a readiness probe.",
  violationsOf(type, properties) {
    const pod = podTemplateOf(type, properties);
    if (!pod?.serves) return [];
    return pod.containers.flatMap((container) => {
      const missing = ["livenessProbe", "readinessProbe"].filter((probe) => !container[probe]);
      if (missing.length === 0) return [];
      return [`container ${container["name"]} has no ${missing.join(" and no ")}`];
    });
  },
};
