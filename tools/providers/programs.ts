import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Where `tools/bootstrap-providers.sh` puts what it builds. */
export const programs = join(root, ".tools/providers");

/** Providers of Pulumi that are built: the engine finds them by their names in a folder of PATH. */
export type RealPackage = "aws" | "kubernetes";

export const programOf = (name: string): string => join(programs, name);

/** @throws Error that says how to come by what is missing. */
export function mustBeBuilt(packages: readonly RealPackage[]): void {
  const servers = packages.includes("kubernetes")
    ? ["etcd", "kube-apiserver", "kube-controller-manager"]
    : [];
  const needed = [...packages.map((name) => `pulumi-resource-${name}`), ...servers];
  const missing = needed.filter((name) => !existsSync(programOf(name)));
  if (missing.length > 0) {
    throw new Error(`not built: ${missing.join(", ")}; run tools/bootstrap-providers.sh first`);
  }
}
