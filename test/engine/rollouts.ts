import { parse } from "yaml";

interface Probe {
  readonly periodSeconds?: number;
  readonly failureThreshold?: number;
}
interface StateResource {
  readonly type: string;
  readonly urn: string;
  // biome-ignore lint/suspicious/noExplicitAny: inputs of every kind of object.
  readonly inputs: any;
  /** In seconds. */
  readonly customTimeouts?: { readonly create?: number; readonly update?: number };
}

/** A workload whose pods Pulumi waits for, and for how long. */
export interface AwaitedWorkload {
  readonly name: string;
  /** How long its pods may take, replaced one after the other. */
  readonly neededSeconds: number;
  readonly givenSeconds: number;
}

/** A core server that has a whole volume to restore is not waited for. */
const startLimitSeconds = 900;

function podSeconds({ spec }: StateResource["inputs"]): number {
  const pod = spec.template.spec;
  const starts = pod.containers.map(({ startupProbe }: { startupProbe?: Probe }) =>
    Math.min(
      startLimitSeconds,
      (startupProbe?.periodSeconds ?? 10) * (startupProbe?.failureThreshold ?? 3),
    ),
  );
  return pod.terminationGracePeriodSeconds + Math.max(0, ...starts) + (spec.minReadySeconds ?? 0);
}

/** Every StatefulSet and Deployment in the state of a stack. */
export function awaitedWorkloads(state: string): AwaitedWorkload[] {
  const { resources } = parse(state).checkpoint.latest as { resources: StateResource[] };
  const most = new Map(
    resources
      .filter(({ type }) => type.endsWith(":HorizontalPodAutoscaler"))
      .map(({ inputs }) => [inputs.spec.scaleTargetRef.name, inputs.spec.maxReplicas]),
  );
  return resources
    .filter(({ type }) => /:(StatefulSet|Deployment)$/.test(type))
    .map(({ inputs, customTimeouts: given }) => {
      const { name } = inputs.metadata;
      const pods = inputs.spec.replicas ?? most.get(name);
      const givenSeconds = Math.min(given?.create ?? 600, given?.update ?? 600);
      return { name, neededSeconds: pods * podSeconds(inputs), givenSeconds };
    });
}
