interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seccompProfile?: { readonly type: string };
  readonly allowPrivilegeEscalation?: boolean;
  readonly privileged?: boolean;
  readonly capabilities?: { readonly drop?: readonly string[]; readonly add?: readonly string[] };
}
interface Container {
  readonly name: string;
  readonly securityContext?: SecurityContext;
  readonly ports?: readonly { readonly hostPort?: number }[];
}
interface PodSpec {
  readonly securityContext?: SecurityContext;
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly { readonly name: string; readonly [kind: string]: unknown }[];
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
}

const profiles = ["RuntimeDefault", "Localhost"];
const volumeKinds = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/**
 * What the Pod Security level `restricted` refuses in a workload, as sentences; none for what makes
 * no pods. Covers the controls of the Pod Security Standards that apply to Linux pods, but for the
 * settings of AppArmor, SELinux and sysctl, which we do not make.
 */
export function restrictedMistakes(object: {
  readonly spec?: { readonly template?: { readonly spec?: PodSpec } };
}): string[] {
  const pod = object.spec?.template?.spec;
  if (!pod) return [];
  const shared = (["hostNetwork", "hostPID", "hostIPC"] as const).filter((key) => pod[key]);
  const containers = [...(pod.containers ?? []), ...(pod.initContainers ?? [])];
  return [
    ...shared.map((key) => `the pod: ${key} is not allowed`),
    ...(pod.volumes ?? []).flatMap(({ name, ...kinds }) =>
      Object.keys(kinds)
        .filter((kind) => !volumeKinds.includes(kind))
        .map((kind) => `volume ${name}: ${kind} is not allowed`),
    ),
    ...containers.flatMap((container) => containerMistakes(container, pod.securityContext ?? {})),
  ];
}

function containerMistakes(container: Container, ofPod: SecurityContext): string[] {
  const context = { ...ofPod, ...container.securityContext };
  const required: readonly (readonly [boolean, string])[] = [
    [context.runAsNonRoot === true, "runAsNonRoot must be true"],
    [context.runAsUser !== 0, "runAsUser must not be 0"],
    [profiles.includes(context.seccompProfile?.type ?? ""), "a seccompProfile is missing"],
    [context.allowPrivilegeEscalation === false, "allowPrivilegeEscalation must be false"],
    [context.privileged !== true, "privileged is not allowed"],
    [context.capabilities?.drop?.includes("ALL") === true, "capabilities must drop ALL"],
    [
      (context.capabilities?.add ?? []).every((name) => name === "NET_BIND_SERVICE"),
      "no capability may be added",
    ],
    [(container.ports ?? []).every(({ hostPort }) => !hostPort), "hostPort is not allowed"],
  ];
  return required.flatMap(([met, what]) => (met ? [] : [`container ${container.name}: ${what}`]));
}
