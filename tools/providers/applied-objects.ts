import type { KubeClient, KubeObject } from "./kube-client.ts";

/** Where the API server keeps the objects of each kind that can be listed. */
async function collections(client: KubeClient): Promise<string[]> {
  const { groups } = await client.get("/apis");
  const paths = [
    "/api/v1",
    ...groups.map(({ preferredVersion }: KubeObject) => `/apis/${preferredVersion.groupVersion}`),
  ];
  const lists = await Promise.all(paths.map((path) => client.get(path)));
  return lists.flatMap(({ resources }, index) =>
    resources
      .filter(({ name, verbs }: KubeObject) => !name.includes("/") && verbs.includes("list"))
      .map(({ name }: KubeObject) => `${paths[index]}/${name}`),
  );
}

const isApplied = ({ metadata }: KubeObject): boolean =>
  metadata.managedFields?.some(({ manager }: KubeObject) => manager.startsWith("pulumi")) === true;

/**
 * `<collection> <name>` of each object that has fields of Pulumi's: what an `up` made, whatever kind
 * it is of, and what has not gone with a `destroy`.
 */
export async function appliedObjects(client: KubeClient): Promise<string[]> {
  const found: string[] = [];
  for (const path of await collections(client)) {
    const objects = await client.list(path);
    found.push(...objects.filter(isApplied).map(({ metadata }) => `${path} ${metadata.name}`));
  }
  return found.sort();
}
