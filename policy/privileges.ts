import { podTemplateOf } from "./pod-template.ts";
import { listOf, type Properties, type ResourceRule } from "./rule.ts";

/** The one namespace whose pods may touch the network of their node. Devices reach none of them. */
const privileged = "fence";
const permitted = "NET_ADMIN";

/** What no pod may share with its node. */
const shared = ["hostNetwork", "hostPID", "hostIPC"];

/** A right over the node is kept away from what strangers talk to. */
export const keptPrivileges: ResourceRule = {
  name: "privileges-kept",
  description: `Pods share nothing with their node and add no capability, but for the network and ${permitted} in the namespace ${privileged}.`,
  violationsOf(type, properties) {
    const pod = podTemplateOf(type, properties);
    if (!pod) return [];
    const isFence = properties["metadata"]?.namespace === privileged;
    const sharing = shared
      .filter((key) => pod.spec[key] === true && !(isFence && key === "hostNetwork"))
      .map((key) => `the pod has ${key}; leave it out`);
    return [...sharing, ...[...pod.containers, ...pod.initContainers].flatMap(gainedBy(isFence))];
  },
};

const gainedBy = (isFence: boolean) => (container: Properties) => {
  const context: Properties = container["securityContext"] ?? {};
  const added = listOf<string>(context["capabilities"]?.add).filter(
    (name) => !(isFence && name === permitted),
  );
  return [
    ...(context["privileged"] === true
      ? [`container ${container["name"]} is privileged; leave it out`]
      : []),
    ...added.map((name) => `container ${container["name"]} adds ${name}; leave it out`),
  ];
};
