import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAllDocuments, stringify } from "yaml";
import type { Release } from "../../infra/charts/releases.fixture.ts";
import { kubernetesVersion } from "../../infra/versions.ts";

const root = join(import.meta.dirname, "../..");
const limitMs = 30_000;

/** A chart that was fetched, in a folder of its own. */
export interface FetchedChart {
  /** `Chart.yaml`, `values.yaml`, `templates/`, `charts/`. */
  readonly directory: string;
  /** What Helm's linter holds against it with our values; empty when nothing. */
  lint(): string;
  /** What it makes of our values. @throws Error with Helm's words. */
  // biome-ignore lint/suspicious/noExplicitAny: objects of every kind.
  render(): readonly any[];
  remove(): void;
}

/** Why a repository does not answer; undefined when it does. */
export async function whyUnreachable(repository: string): Promise<string | undefined> {
  try {
    const index = `${repository}/index.yaml`;
    const { status } = await fetch(index, { method: "HEAD", signal: AbortSignal.timeout(limitMs) });
    return status === 200 ? undefined : `HTTP ${status}`;
  } catch (error) {
    const { message, cause } = error as Error;
    return cause instanceof Error ? cause.message : message;
  }
}

/** Brings Helm where there is none. */
export function setUpHelm(): void {
  const output = ["ignore", "inherit", "inherit"] as const;
  const { status } = spawnSync(join(root, "tools/bootstrap-helm.sh"), { stdio: [...output] });
  if (status !== 0) throw new Error("helm cannot be had; see above");
}

function helm(words: readonly string[], home: string): string {
  const { status, stdout, stderr, error } = spawnSync(join(root, ".tools/bin/helm"), words, {
    encoding: "utf8",
    maxBuffer: 64 * 1024 ** 2,
    env: {
      ...process.env,
      HELM_CACHE_HOME: join(home, "cache"),
      HELM_CONFIG_HOME: join(home, "config"),
      HELM_DATA_HOME: join(home, "data"),
    },
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`helm ${words[0]}: ${stderr}${stdout}`);
  return stdout;
}

/** What every API server has, and Helm does not know of one that it does not ask. */
const aggregated = ["--api-versions", "apiregistration.k8s.io/v1"];

/** To the API server a null is a key that is not there; templates print it where there is nothing. */
function withoutNulls(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, each]) => each !== null)
      .map(([key, each]) => [key, withoutNulls(each)]),
  );
}

/** Fetches the version that a release pins. @throws Error with Helm's words. */
export function fetchChart(release: Release): FetchedChart {
  const home = mkdtempSync(join(tmpdir(), "sentinel-helm-"));
  const { chart, version, namespace, name, values } = release;
  const { repo } = release.repositoryOpts;
  const remove = () => rmSync(home, { recursive: true, force: true });
  try {
    helm(
      ["pull", chart, "--repo", repo, "--version", version, "--untar", "--untardir", home],
      home,
    );
  } catch (error) {
    remove();
    throw error;
  }
  const directory = join(home, chart);
  const file = join(home, "our-values.yaml");
  writeFileSync(file, stringify(values));
  return {
    directory,
    lint() {
      try {
        helm(["lint", directory, "--values", file, "--quiet"], home);
        return "";
      } catch (error) {
        return (error as Error).message;
      }
    },
    render() {
      const placed = ["--namespace", namespace, "--kube-version", kubernetesVersion];
      const words = ["template", name, directory, "--values", file, ...placed, ...aggregated];
      return parseAllDocuments(helm(words, home))
        .map((document) => withoutNulls(document.toJS()))
        .filter((object) => object !== undefined);
    },
    remove,
  };
}
