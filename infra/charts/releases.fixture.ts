import * as pulumi from "@pulumi/pulumi";
import { fakeEngine } from "../../test/support/fake-engine.ts";
import { CertManager } from "../platform/cert-manager.ts";
import { namespaces } from "../platform/names.ts";
import { Monitoring } from "../watch/monitoring.ts";
import { watched } from "../watch/rule-cases/rule-case.fixture.ts";

/** A chart as the stacks install it. */
export interface Release {
  readonly name: string;
  readonly chart: string;
  readonly version: string;
  readonly repositoryOpts: { readonly repo: string };
  readonly namespace: string;
  readonly timeout: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** Every chart that is installed, with all values that it can be told. */
export async function releases(): Promise<readonly Release[]> {
  const engine = await fakeEngine();
  const { certManager, watch } = namespaces;
  new CertManager("cert-manager", { namespace: certManager, awsRights: true });
  new Monitoring("watch", {
    watched,
    namespace: watch,
    storageClassName: "gp3",
    runbooks: "https://example.com/runbooks",
    dockerHubMirror: "mirror.example.com",
  });
  await pulumi.runtime.disconnect();
  return engine.of("kubernetes:helm.sh/v3:Release").map(({ inputs }) => inputs as Release);
}

/** Every value of ours by its path; a list is one value. */
export function valuesIn(object: object, prefix = ""): [path: string, value: unknown][] {
  return Object.entries(object).flatMap(([key, value]) => {
    const path = prefix ? `${prefix}.${key}` : key;
    const isTree = typeof value === "object" && value !== null && !Array.isArray(value);
    return isTree ? valuesIn(value, path) : [[path, value] as [string, unknown]];
  });
}
