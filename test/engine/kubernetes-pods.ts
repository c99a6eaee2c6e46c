interface Probe {
  readonly httpGet?: { readonly port: number | string };
}
/** As far as it matters here; the schema has been checked for the rest. */
interface Container {
  readonly name: string;
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly startupProbe?: Probe;
}
interface Workload {
  readonly spec?: {
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly template?: {
      readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
      readonly spec?: {
        readonly containers?: readonly Container[];
        readonly initContainers?: readonly Container[];
        readonly volumes?: readonly { readonly name: string }[];
      };
    };
    readonly volumeClaimTemplates?: readonly { readonly metadata?: { readonly name?: string } }[];
  };
}

/** What the API server refuses in a pod template although its schema allows it. */
export function podMistakes({ spec }: Workload): string[] {
  const template = spec?.template;
  const pod = template?.spec;
  if (!spec || !pod) return [];
  const containers = [...(pod.containers ?? []), ...(pod.initContainers ?? [])];
  const volumes = new Set([
    ...(pod.volumes ?? []).map(({ name }) => name),
    ...(spec.volumeClaimTemplates ?? []).map((claim) => claim.metadata?.name ?? ""),
  ]);
  const labels = template.metadata?.labels ?? {};
  const unselected = Object.entries(spec.selector?.matchLabels ?? {})
    .filter(([key, value]) => labels[key] !== value)
    .map(([key, value]) => `spec.selector: no label ${key}=${value} on the pods`);
  return [
    ...unselected,
    ...duplicates(containers.map(({ name }) => name)).map((name) => `two containers ${name}`),
    ...containers.flatMap((container) => containerMistakes(container, volumes)),
  ];
}

function containerMistakes(container: Container, volumes: ReadonlySet<string>): string[] {
  const mounts = container.volumeMounts ?? [];
  const ports = new Set((container.ports ?? []).map(({ name }) => name));
  const probes = [container.livenessProbe, container.readinessProbe, container.startupProbe];
  const probed = probes.flatMap((probe) => probe?.httpGet?.port ?? []);
  return [
    ...mounts
      .filter(({ name }) => !volumes.has(name))
      .map(({ name }) => `container ${container.name}: no volume is called ${name}`),
    ...duplicates(mounts.map(({ mountPath }) => mountPath)).map(
      (path) => `container ${container.name}: two volumes at ${path}`,
    ),
    ...probed
      .filter((port) => typeof port === "string" && !ports.has(port))
      .map((port) => `container ${container.name}: no port is called ${port}`),
  ];
}

const duplicates = (names: readonly string[]) =>
  names.filter((name, index) => names.indexOf(name) !== index);
