import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { OidcSettings } from "../../app/contract/oidc.ts";
import type { RegionPlan } from "../capacity/plan.ts";
import { natsCore, natsEdge } from "../messaging/addresses.ts";
import { selectorOf, serviceHost } from "../platform/names.ts";
import { awaited } from "../platform/rollout.ts";
import { apiTokensFile } from "../platform/service-secrets.ts";
import {
  disruptionBudget,
  headlessService,
  metadataOf,
  serviceAccount,
  serviceMetadata,
} from "../platform/workload-objects.ts";
import {
  auditKeyFiles,
  operationsPort,
  type Process,
  processPace,
  secretFile,
  servicePodTemplate,
  type WorkloadArgs,
} from "./workload.ts";

export interface ConsoleArgs extends WorkloadArgs {
  readonly plan: Pick<RegionPlan, "console">;
  /** Where the device table is written: at home, wherever this console runs. */
  readonly tableRegion: string;
  readonly deviceTable: pulumi.Input<string>;
  /** Secret with the certificate that the API shows. */
  readonly certificateSecret: pulumi.Input<string>;
  /** The identity provider by which people may sign in at the page. Absent: by tokens alone. */
  readonly oidc?: OidcSettings | undefined;
  /** Secret with the key `client-secret`, by which that provider knows the console. Absent: a public client. */
  readonly oidcSecret?: pulumi.Input<string> | undefined;
}

/** Also its service account, to which Pod Identity gives the right to change the device table. */
export const consoleWorkload = "console";
/** The Service of the API, whose name is in its certificate. */
export const apiService = "console-api";
const apiPort = 8443;
const certificateFolder = "/secrets/tls";
const oidcFolder = "/secrets/oidc";
const indexFolder = "/index";
/** Of the index of devices: 1.5 million with two labels each take 202 MB. */
const indexMebibytes = 768;

/**
 * Where the processes tell how they are, whom the page shows. The gates for reports are beside the
 * edges, the menders beside the core.
 */
const watched = {
  ...{ bridge: "bridge", inspector: "inspector", "report-inspector": "report-inspector" },
  ...{ auth: "auth", meter: "meter", "report-gate": natsEdge, archive: "archive" },
  ...{ delivery: "delivery", mender: natsCore, console: consoleWorkload },
  ...{ aggregator: "aggregator" },
};
const metricsSources = (namespace: string) =>
  Object.entries(watched)
    .map(([kind, service]) => `${kind}=http://${serviceHost(service, namespace)}:${operationsPort}`)
    .join(",");

const oidcEnvironment = ({ oidc, oidcSecret }: ConsoleArgs) => ({
  ...(oidc && { OIDC: JSON.stringify(oidc) }),
  ...(oidcSecret !== undefined && { OIDC_CLIENT_SECRET_FILE: `${oidcFolder}/client-secret` }),
});

const processOf = (args: ConsoleArgs): Process => ({
  workload: consoleWorkload,
  args,
  size: args.plan.console.pod,
  awsRights: true,
  environment: {
    API_PORT: String(apiPort),
    API_CERT_FILE: `${certificateFolder}/tls.crt`,
    API_KEY_FILE: `${certificateFolder}/tls.key`,
    API_TOKENS_FILE: secretFile(apiTokensFile),
    METRICS_SOURCES: metricsSources(args.namespace),
    DEVICE_INDEX_FOLDER: indexFolder,
    DEVICE_INDEX_MEBIBYTES: String(indexMebibytes),
    ...oidcEnvironment(args),
    ...auditKeyFiles,
    DEVICE_TABLE: args.deviceTable,
    AWS_REGION: args.tableRegion,
  },
  // The file, and what SQLite writes beside it.
  scratch: { path: indexFolder, mebibytes: indexMebibytes + 256 },
  mounts: [
    { path: certificateFolder, source: { secret: args.certificateSecret } },
    ...(args.oidcSecret === undefined
      ? []
      : [{ path: oidcFolder, source: { secret: args.oidcSecret } }]),
  ],
});

/** The REST API and the page. Nothing leads to it from outside: operators forward a port. */
export class Console extends pulumi.ComponentResource {
  constructor(name: string, args: ConsoleArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Console", name, {}, opts);
    const objects = { workload: consoleWorkload, namespace: args.namespace, parent: this };
    const account = serviceAccount(objects);
    headlessService(objects, [{ name: "metrics", port: operationsPort }]);
    disruptionBudget(objects);
    new kubernetes.core.v1.Service(
      `${apiService}-service`,
      {
        metadata: serviceMetadata(objects, apiService),
        spec: {
          selector: selectorOf(consoleWorkload),
          ports: [{ name: "api", port: 443, targetPort: apiPort }],
        },
      },
      { parent: this },
    );
    new kubernetes.apps.v1.Deployment(
      `${name}-replicas`,
      {
        metadata: metadataOf(objects),
        spec: {
          replicas: args.plan.console.replicas,
          selector: { matchLabels: selectorOf(consoleWorkload) },
          template: servicePodTemplate(processOf(args)),
        },
      },
      { parent: this, dependsOn: account, ...awaited(args.plan.console.replicas, processPace) },
    );
    this.registerOutputs({});
  }
}
