import { expect, it } from "vitest";
import { keptPrivileges } from "./privileges.ts";

const daemonSet = "kubernetes:apps/v1:DaemonSet";
const podOf = (spec: object, securityContext: object = {}, namespace = "sentinel") => ({
  metadata: { namespace },
  spec: { template: { spec: { containers: [{ name: "main", securityContext }], ...spec } } },
});
const admin = { capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } };
const violationsOf = (pod: object) => keptPrivileges.violationsOf(daemonSet, pod);

it("takes a pod that gains nothing, and the fence", () => {
  expect(violationsOf(podOf({}))).toEqual([]);
  expect(violationsOf(podOf({ hostNetwork: true }, admin, "fence"))).toEqual([]);
});

it.each([
  ["the network of the node", podOf({ hostNetwork: true }), "the pod has hostNetwork"],
  ["its processes, in the fence too", podOf({ hostPID: true }, {}, "fence"), "the pod has hostPID"],
  ["a capability", podOf({}, admin), "container main adds NET_ADMIN"],
  [
    "another capability, in the fence too",
    podOf({}, { capabilities: { add: ["SYS_ADMIN"] } }, "fence"),
    "container main adds SYS_ADMIN",
  ],
  ["everything", podOf({}, { privileged: true }, "fence"), "container main is privileged"],
  [
    "a path of the node, in the fence too",
    podOf({ volumes: [{ name: "all", hostPath: { path: "/" } }] }, {}, "fence"),
    "volume all is a path of the node",
  ],
  [
    "an unmasked /proc",
    podOf({}, { procMount: "Unmasked" }),
    "container main has an unmasked /proc",
  ],
  [
    "a port of the node",
    podOf({ containers: [{ name: "main", ports: [{ containerPort: 1, hostPort: 1 }] }] }),
    "container main has a port of the node",
  ],
  [
    "a capability in an init container",
    podOf({ initContainers: [{ name: "first", securityContext: admin }] }),
    "container first adds NET_ADMIN",
  ],
])("refuses %s", (_, pod, violation) => {
  expect(violationsOf(pod)).toEqual([`${violation}; leave it out`]);
});

it("refuses who may make every call of the kernel", () => {
  const context = { seccompProfile: { type: "Unconfined" } };
  const pod = podOf({ securityContext: context }, context, "fence");
  expect(violationsOf(pod)).toHaveLength(2);
});
