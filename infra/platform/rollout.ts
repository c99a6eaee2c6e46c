/** How long one pod takes at most when it is replaced, in seconds. */
export interface PodPace {
  /** From the signal until it has gone. */
  readonly stop: number;
  /** From then until its like is ready, without the search for a node. */
  readonly start: number;
}

/** Nodes and volumes come, images are pulled: once for all pods of a workload. */
const nodesSeconds = 600;

/** The longest that Pulumi has to wait for pods that are replaced one after the other. */
export const rolloutSeconds = (pods: number, { stop, start }: PodPace): number =>
  nodesSeconds + pods * (stop + start);

/** What Helm gives a chart to become ready, in seconds; five minutes are short where nodes have to come. */
export const chartSeconds = nodesSeconds + 300;

/**
 * Options of a workload whose pods Pulumi waits for. Without them it gives up after ten minutes,
 * and skips what comes after a rollout that goes well and slowly.
 */
export function awaited(pods: number, pace: PodPace) {
  const time = `${rolloutSeconds(pods, pace)}s`;
  return { customTimeouts: { create: time, update: time } };
}
