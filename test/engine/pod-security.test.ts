import { expect, it } from "vitest";
import { restrictedMistakes } from "./pod-security.ts";

const good = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
};
const podContext = { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } };
const workload = (pod: object = {}, container: object = {}) => ({
  spec: {
    template: {
      spec: {
        securityContext: podContext,
        containers: [{ name: "main", securityContext: good, ...container }],
        ...pod,
      },
    },
  },
});

it("takes a pod that keeps to the level, and what makes no pods", () => {
  expect(restrictedMistakes(workload())).toEqual([]);
  expect(restrictedMistakes({})).toEqual([]);
});

it.each([
  ["a user who may be root", workload({ securityContext: {} }), "runAsNonRoot must be true"],
  ["root", workload({ securityContext: { ...podContext, runAsUser: 0 } }), "runAsUser"],
  ["no seccomp profile", workload({ securityContext: { runAsNonRoot: true } }), "seccompProfile"],
  ["the network of the node", workload({ hostNetwork: true }), "hostNetwork"],
  ["a folder of the node", workload({ volumes: [{ name: "a", hostPath: {} }] }), "hostPath"],
  ["a port of the node", workload({}, { ports: [{ hostPort: 80 }] }), "hostPort"],
  ["capabilities", workload({}, { securityContext: { ...good, capabilities: {} } }), "drop ALL"],
  [
    "one capability more",
    workload({}, { securityContext: { ...good, capabilities: { drop: ["ALL"], add: ["A"] } } }),
    "no capability may be added",
  ],
  [
    "a way to more rights",
    workload({}, { securityContext: { capabilities: { drop: ["ALL"] } } }),
    "allowPrivilegeEscalation must be false",
  ],
  ["privileges", workload({}, { securityContext: { ...good, privileged: true } }), "privileged"],
  [
    "an init container of another kind",
    workload({ initContainers: [{ name: "first" }] }),
    "container first: capabilities must drop ALL",
  ],
])("refuses %s", (_, object, sentence) => {
  expect(restrictedMistakes(object).join("\n")).toContain(sentence);
});
