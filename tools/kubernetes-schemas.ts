import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { charts, kubernetesVersion } from "../infra/versions.ts";

/**
 * Fetches the API schemas that our Kubernetes objects are checked against, once, into
 * `.tools/kubernetes-schemas/`. They come as Go modules, since Go is needed to build nats-server
 * anyway and its module proxy keeps every version for ever.
 */
export const schemaDirectory = join(import.meta.dirname, "../.tools/kubernetes-schemas");

/** The Kubernetes module of EKS's minor version, and whoever defines the other kinds that we use. */
const modules = {
  kubernetes: `k8s.io/kubernetes@v${kubernetesVersion}.4`,
  certManager: `github.com/cert-manager/cert-manager@${charts.certManager.version}`,
  // The newest on the proxy whose module carries the definitions.
  prometheusOperator: "github.com/prometheus-operator/prometheus-operator@v0.85.0",
  karpenter: "sigs.k8s.io/karpenter@v1.13.0",
};
const customResourceFolders = [
  { module: modules.certManager, folder: "deploy/crds" },
  { module: modules.prometheusOperator, folder: "example/prometheus-operator-crd" },
  { module: modules.karpenter, folder: "pkg/apis/crds" },
];
/** What of the Kubernetes API is stable: `apis__apps__v1_openapi.json`, not `v1beta1`. */
const stableGroup = /__v\d+_openapi\.json$/;

export const schemaFile = {
  /** Map of OpenAPI schemas by name, all stable groups of Kubernetes. */
  core: join(schemaDirectory, "kubernetes.json"),
  /** Map of OpenAPI schemas by `<group>/<version>/<Kind>`. */
  custom: join(schemaDirectory, "custom-resources.json"),
};

/** Downloads what is missing; takes no time when everything is there. */
export function ensureKubernetesSchemas(): void {
  const stampFile = join(schemaDirectory, "modules.json");
  const stamp = JSON.stringify(modules);
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;

  process.stderr.write("[setup] fetching the Kubernetes API schemas as Go modules (25 MB)\n");
  rmSync(schemaDirectory, { recursive: true, force: true });
  const cache = join(schemaDirectory, "download");
  mkdirSync(cache, { recursive: true });
  const folders = downloadModules(cache);
  writeFileSync(schemaFile.core, JSON.stringify(coreSchemas(folders(modules.kubernetes))));
  const definitions = customResourceFolders.map(({ module, folder }) =>
    customSchemas(join(folders(module), folder)),
  );
  writeFileSync(schemaFile.custom, JSON.stringify(Object.assign({}, ...definitions)));
  rmSync(cache, { recursive: true, force: true });
  // Last, since its presence says that the folder is complete.
  writeFileSync(stampFile, stamp);
}

/** @returns where each module's files are, in a cache of its own that can be thrown away. */
function downloadModules(cache: string): (module: string) => string {
  const output = execFileSync("go", ["mod", "download", "-json", ...Object.values(modules)], {
    cwd: cache,
    env: { ...process.env, GOMODCACHE: cache, GOFLAGS: "-modcacherw" },
    maxBuffer: 16 * 1024 ** 2,
    encoding: "utf8",
  });
  const downloads = output
    .split(/^}\s*$/m)
    .filter((text) => text.trim() !== "")
    .map((text) => JSON.parse(`${text}}`) as { Path: string; Version: string; Dir: string });
  const folders = new Map(downloads.map((each) => [`${each.Path}@${each.Version}`, each.Dir]));
  return (module) => {
    const folder = folders.get(module);
    if (!folder) throw new Error(`the Go module ${module} was not downloaded`);
    return folder;
  };
}

function coreSchemas(folder: string): Record<string, unknown> {
  const specifications = join(folder, "api/openapi-spec/v3");
  const files = readdirSync(specifications).filter((name) => stableGroup.test(name));
  return Object.assign(
    {},
    ...files.map(
      (name) => JSON.parse(readFileSync(join(specifications, name), "utf8")).components.schemas,
    ),
  );
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { name: string; schema: { openAPIV3Schema: unknown } }[];
  };
}

function customSchemas(folder: string): Record<string, unknown> {
  const definitions = readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .flatMap((name) => parseAllDocuments(readFileSync(join(folder, name), "utf8")))
    .map((document) => document.toJS() as CustomResourceDefinition | null)
    .filter((definition) => definition !== null);
  return Object.fromEntries(
    definitions.flatMap(({ spec }) =>
      spec.versions.map((version) => [
        `${spec.group}/${version.name}/${spec.names.kind}`,
        version.schema.openAPIV3Schema,
      ]),
    ),
  );
}

if (process.argv[1] === import.meta.filename) ensureKubernetesSchemas();
