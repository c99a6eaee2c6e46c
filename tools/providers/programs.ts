import { existsSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** Where `tools/bootstrap-providers.sh` puts what it builds. */
export const programs = join(root, ".tools/providers");

/** Providers of Pulumi that are built: the engine finds them by their names in a folder of PATH. */
export const realPackages = ["aws"] as const;

/** @throws Error that says how to come by what is missing. */
export function mustBeBuilt(): void {
  const needed = realPackages.map((name) => `pulumi-resource-${name}`);
  const missing = needed.filter((name) => !existsSync(join(programs, name)));
  if (missing.length > 0) {
    throw new Error(`not built: ${missing.join(", ")}; run tools/bootstrap-providers.sh first`);
  }
}
