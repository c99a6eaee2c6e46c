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
  description: `Pods share nothing with their node, no path of it either, and add no capability, but for the network and ${permitted} in the namespace ${privileged}.`,
  violationsOf(type, properties) {
    const pod = podTemplateOf(type, properties);
    if (!pod) return [];
    const isFence = properties["metadata"]?.namespace === privileged;
    const sharing = shared
      .filter((key) => pod.spec[key] === true && !(isFence && key === "hostNetwork"))
      .map((key) => `the pod has ${key}; leave it out`);
    const paths = listOf<Properties>(pod.spec["volumes"])
      .filter((volume) => volume["hostPath"] !== undefined)
      .map((volume) => `volume ${volume["name"]} is a path of the node; leave it out`);
    const containers = [...pod.containers, ...pod.initContainers];
    return [
      ...sharing,
      ...paths,
      ...unconfined("the pod", pod.spec["securityContext"]),
      ...containers.flatMap(gainedBy(isFence)),
    ];
  },
};

const unconfined = (what: string, context: Properties = {}) =>
  context["seccompProfile"]?.type === "Unconfined"
    ? [`${what} may make every call of the kernel; leave seccompProfile out`]
    : [];

const gainedBy = (isFence: boolean) => (container: Properties) => {
  const context: Properties = container["securityContext"] ?? {};
  const added = listOf<string>(context["capabilities"]?.add).filter(
    (name) => !(isFence && name === permitted),
  );
  return [
    ...(context["privileged"] === true
      ? [`container ${container["name"]} is privileged; leave it out`]
      : []),
    ...(context["procMount"] === "Unmasked"
      ? [`container ${container["name"]} has an unmasked /proc; leave it out`]
      : []),
    ...listOf<Properties>(container["ports"])
      .filter((port) => port["hostPort"] !== undefined && !isFence)
      .map(() => `container ${container["name"]} has a port of the node; leave it out`),
    ...unconfined(`container ${container["name"]}`, context),
    ...added.map((name) => `container ${container["name"]} adds ${name}; leave it out`),
  ];
};
