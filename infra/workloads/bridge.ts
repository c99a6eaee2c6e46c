import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RegionPlan } from "../capacity/plan.ts";
import { mosquittoUrl } from "../messaging/addresses.ts";
import { mosquittoUsers } from "../messaging/mosquitto-config.ts";
import { watcherPassword } from "../messaging/mosquitto-users.ts";
import { upstreamSessionKey } from "../platform/service-secrets.ts";
import { metadataOf } from "../platform/workload-objects.ts";
import { statefulProcess } from "./stateful-process.ts";
import {
  internalCaFile,
  type Mount,
  publicCaFile,
  secretFile,
  type WorkloadArgs,
} from "./workload.ts";

/** The broker that alerts are taken from. */
export type Upstream =
  | {
      readonly kind: "bundled";
      /** Secret with the keys `password` and `watcher-password`. */
      readonly passwordSecret: pulumi.Input<string>;
    }
  | {
      readonly kind: "external";
      /** `mqtts://host:port` */
      readonly url: string;
      readonly username: string;
      /** Secret with the key `password`. */
      readonly passwordSecret: pulumi.Input<string>;
      /** Authority of the broker's certificate in PEM. Absent: the public ones. */
      readonly caCertificate?: string;
    };

export interface BridgeArgs extends WorkloadArgs {
  readonly plan: Pick<RegionPlan, "bridge">;
  readonly upstream: Upstream;
}

const workload = "bridge";
const passwordFolder = "/secrets/upstream";
const caFolder = "/trust/upstream";

function loginOf(upstream: Upstream, namespace: string) {
  if (upstream.kind === "bundled") {
    return {
      UPSTREAM_URL: mosquittoUrl(namespace),
      UPSTREAM_CA_FILE: internalCaFile,
      UPSTREAM_USERNAME: mosquittoUsers.bridge,
      UPSTREAM_WATCHER_PASSWORD_FILE: `${passwordFolder}/${watcherPassword}`,
    };
  }
  return {
    UPSTREAM_URL: upstream.url,
    UPSTREAM_CA_FILE: upstream.caCertificate === undefined ? publicCaFile : `${caFolder}/ca.crt`,
    UPSTREAM_USERNAME: upstream.username,
  };
}

/** Takes alerts from the upstream broker into INGRESS. */
export class Bridge extends pulumi.ComponentResource {
  constructor(name: string, args: BridgeArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:workloads:Bridge", name, {}, opts);
    const { upstream, plan, namespace } = args;
    statefulProcess({
      process: {
        workload,
        args,
        size: plan.bridge.pod,
        environment: {
          ...loginOf(upstream, namespace),
          UPSTREAM_PASSWORD_FILE: `${passwordFolder}/password`,
          UPSTREAM_SESSION_KEY_FILE: secretFile(upstreamSessionKey),
        },
        mounts: [
          { path: passwordFolder, source: { secret: upstream.passwordSecret } },
          ...this.#upstreamAuthority(name, args),
        ],
      },
      replicas: plan.bridge.replicas,
      parent: this,
    });
    this.registerOutputs({});
  }

  #upstreamAuthority(name: string, { upstream, namespace }: BridgeArgs): readonly Mount[] {
    if (upstream.kind === "bundled" || upstream.caCertificate === undefined) return [];
    const authority = new kubernetes.core.v1.ConfigMap(
      `${name}-upstream-ca`,
      {
        metadata: metadataOf({ workload, namespace }, "upstream-ca"),
        data: { "ca.crt": upstream.caCertificate },
      },
      { parent: this },
    );
    return [{ path: caFolder, source: { configMap: authority.metadata.name } }];
  }
}
