import { aws } from "./aws/aws.ts";
import type { CloudPackage } from "./cloud-package.ts";
import { kubernetes } from "./kubernetes/kubernetes.ts";
import { random } from "./random.ts";
import { tls } from "./tls/tls.ts";

const packages: Readonly<Record<string, CloudPackage>> = { aws, kubernetes, random, tls };

/** Pulumi packages that the stand-in serves. */
export const packageNames = Object.keys(packages);

export function packageOf(type: string): CloudPackage {
  const found = packages[type.split(":")[0] ?? ""];
  if (!found) throw new Error(`the stand-in does not serve ${type}`);
  return found;
}
