import { createHash } from "node:crypto";
import { type KubeAccess, type KubeClient, type KubeObject, kubeClient } from "./kube-client.ts";

/**
 * What nodes, and the controllers that start pods and volumes on them, would do at their best:
 * whatever is asked for is there at once. Pulumi waits for it, and a volume that is bound may grow
 * and not shrink. What is deleted goes by Kubernetes' own controllers.
 */
export interface Controllers {
  stop(): Promise<void>;
}

const revisionKey = "deployment.kubernetes.io/revision";
const everyMs = 1_000;

const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");
const digestOf = (value: unknown) =>
  createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 10);
const condition = (type: string, reason: string) => ({
  ...{ type, reason, status: "True", message: reason },
  ...{ lastTransitionTime: now(), lastUpdateTime: now() },
});
const pathIn = (api: string, { metadata }: KubeObject, plural: string) =>
  `${api}/namespaces/${metadata.namespace}/${plural}/${metadata.name}`;
const apps = "/apis/apps/v1";

/** What goes gets no more dependents, which it would have to wait for. */
const isKept = ({ metadata }: KubeObject) => metadata.deletionTimestamp === undefined;

/** Whether the controller has already seen what is asked for. */
const isSeen = ({ metadata, status }: KubeObject, replicas: number) =>
  status?.observedGeneration === metadata.generation && (status?.readyReplicas ?? 0) === replicas;

const replicasOf = ({ spec }: KubeObject): number => spec.replicas ?? 1;
const counts = (replicas: number) => ({
  replicas,
  readyReplicas: replicas,
  availableReplicas: replicas,
  updatedReplicas: replicas,
});

async function settleStatefulSet(client: KubeClient, set: KubeObject): Promise<void> {
  const replicas = replicasOf(set);
  if (isSeen(set, replicas)) return;
  const revision = `${set.metadata.name}-${digestOf(set.spec.template)}`;
  await client.patch(`${pathIn(apps, set, "statefulsets")}/status`, {
    status: {
      ...counts(replicas),
      observedGeneration: set.metadata.generation,
      currentReplicas: replicas,
      currentRevision: revision,
      updateRevision: revision,
    },
  });
}

const isOwnedBy = (owner: KubeObject) => (each: KubeObject) =>
  each.metadata.ownerReferences?.some(({ uid }: { uid: string }) => uid === owner.metadata.uid);

const revisionOf = ({ metadata }: KubeObject) => Number(metadata.annotations[revisionKey]);

/** The ReplicaSet of the template as it is, made where it is new; one that comes back is a new revision. */
async function replicaSetOf(
  client: KubeClient,
  deployment: KubeObject,
  sets: readonly KubeObject[],
): Promise<KubeObject> {
  const { name, namespace, uid } = deployment.metadata;
  const digest = digestOf(deployment.spec.template);
  const own = sets.filter(isOwnedBy(deployment));
  const last = Math.max(0, ...own.map(revisionOf));
  const present = own.find(({ metadata }) => metadata.name === `${name}-${digest}`);
  if (present) {
    if (revisionOf(present) === last) return present;
    const annotations = { [revisionKey]: String(last + 1) };
    return client.patch(pathIn(apps, present, "replicasets"), { metadata: { annotations } });
  }
  return client.post(`${apps}/namespaces/${namespace}/replicasets`, {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      ...{ name: `${name}-${digest}`, namespace },
      annotations: { [revisionKey]: String(last + 1) },
      ownerReferences: [
        {
          ...{ apiVersion: "apps/v1", kind: "Deployment", name, uid },
          ...{ controller: true, blockOwnerDeletion: true },
        },
      ],
    },
    spec: {
      replicas: replicasOf(deployment),
      selector: deployment.spec.selector,
      template: deployment.spec.template,
    },
  });
}

async function settleDeployment(
  client: KubeClient,
  deployment: KubeObject,
  sets: readonly KubeObject[],
): Promise<void> {
  const replicas = replicasOf(deployment);
  if (isSeen(deployment, replicas)) return;
  const set = await replicaSetOf(client, deployment, sets);
  const setPath = pathIn(apps, set, "replicasets");
  const path = pathIn(apps, deployment, "deployments");
  await client.patch(setPath, { spec: { replicas } });
  await client.patch(`${setPath}/status`, { status: { replicas, readyReplicas: replicas } });
  const revision = set.metadata.annotations[revisionKey];
  await client.patch(path, { metadata: { annotations: { [revisionKey]: revision } } });
  await client.patch(`${path}/status`, {
    status: {
      ...counts(replicas),
      observedGeneration: deployment.metadata.generation,
      conditions: [
        condition("Available", "MinimumReplicasAvailable"),
        condition("Progressing", "NewReplicaSetAvailable"),
      ],
    },
  });
}

async function finishJob(client: KubeClient, job: KubeObject): Promise<void> {
  if (job.status?.succeeded) return;
  const times = { startTime: now(), completionTime: now() };
  await client.patch(`${pathIn("/apis/batch/v1", job, "jobs")}/status`, {
    status: {
      ...times,
      succeeded: 1,
      uncountedTerminatedPods: {},
      conditions: [
        condition("SuccessCriteriaMet", "CompletionsReached"),
        condition("Complete", "CompletionsReached"),
      ],
    },
  });
}

/** A volume of the size that is asked for, which grows when more is asked for. */
async function bindClaim(client: KubeClient, claim: KubeObject): Promise<void> {
  const { requests } = claim.spec.resources;
  if (claim.status?.capacity?.storage === requests.storage) return;
  const path = pathIn("/api/v1", claim, "persistentvolumeclaims");
  if (!claim.spec.volumeName) {
    await client.patch(path, { spec: { volumeName: `pv-${claim.metadata.uid}` } });
  }
  await client.patch(`${path}/status`, {
    status: { phase: "Bound", capacity: requests, accessModes: claim.spec.accessModes },
  });
}

/**
 * One look at everything there is. All is listed before anything is done: what is refused while
 * something else is still being listed would be nobody's.
 */
async function reconcile(client: KubeClient): Promise<void> {
  const sets = await client.list(`${apps}/replicasets`);
  const deployments = (await client.list(`${apps}/deployments`)).filter(isKept);
  const statefulSets = await client.list(`${apps}/statefulsets`);
  const jobs = await client.list("/apis/batch/v1/jobs");
  const claims = await client.list("/api/v1/persistentvolumeclaims");
  const results = await Promise.allSettled([
    ...deployments.map((each) => settleDeployment(client, each, sets)),
    ...statefulSets.map((each) => settleStatefulSet(client, each)),
    ...jobs.map((each) => finishJob(client, each)),
    ...claims.map((each) => bindClaim(client, each)),
  ]);
  const failed = results.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** What was changed meanwhile, or is gone, is looked at again the next time; what else is said goes to `report`. */
export function startControllers(access: KubeAccess, report: (line: string) => void): Controllers {
  const client = kubeClient(access);
  let stopped = false;
  const loop = async () => {
    while (!stopped) {
      try {
        await reconcile(client);
      } catch (error) {
        const { status } = error as { status?: number };
        if (!stopped && status !== 404 && status !== 409) report(String(error).slice(0, 500));
      }
      await new Promise((resume) => setTimeout(resume, everyMs));
    }
  };
  const ended = loop();
  return {
    async stop() {
      stopped = true;
      await ended;
      client.close();
    },
  };
}
