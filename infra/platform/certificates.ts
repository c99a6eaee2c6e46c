import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import type { RegionName } from "../../app/contract/regions.ts";
import {
  clusterService,
  deviceHost,
  mosquitto,
  natsCore,
  natsEdge,
  publisherHost,
} from "../messaging/addresses.ts";
import { leafHost } from "../regions.ts";
import { apiService } from "../workloads/console.ts";
import { serviceHost } from "./names.ts";

/** Who signs the certificate that devices are shown. */
export type DeviceIssuer =
  | { readonly issuer: "internal" }
  | {
      readonly issuer: "letsencrypt";
      /** Where the authority writes when a certificate is about to expire. */
      readonly email: string;
      /** Route 53 zone in which the challenge is answered, and the AWS region to ask. */
      readonly hostedZoneId: pulumi.Input<string>;
      readonly awsRegion: string;
    };

interface CertificateNames {
  readonly namespace: string;
  readonly region: RegionName;
  readonly domain: string;
}

export interface CertificatesArgs extends CertificateNames {
  readonly certManagerNamespace: string;
  /** Certificate and private key in PEM of the CA that all regions share. */
  readonly internalCa: {
    readonly certificate: pulumi.Input<string>;
    readonly privateKey: pulumi.Input<string>;
  };
  readonly deviceIssuer: DeviceIssuer;
  /** Whether the upstream broker is ours. */
  readonly upstreamBundled: boolean;
}

const acmeServer = "https://acme-v02.api.letsencrypt.org/directory";

/** What a certificate is for; it is kept in the Secret `<role>-tls`. */
export type CertificateRole = "core" | "edge" | "leaf" | "devices" | "mosquitto" | "console";

/** Host names of each certificate. */
export function certificateHosts(args: CertificateNames): Record<CertificateRole, string[]> {
  const service = (name: string) => serviceHost(name, args.namespace);
  const pods = (name: string) => `*.${service(name)}`;
  return {
    core: [service(natsCore), pods(natsCore), service(clusterService)],
    // By the last one the gate beside it reaches it.
    edge: [service(natsEdge), pods(natsEdge), service(clusterService), "localhost"],
    // The name is what the region is to its peers, so it stands alone and in no other certificate.
    leaf: [leafHost(args.region)],
    devices: [deviceHost(args.domain)],
    mosquitto: [publisherHost(args.region, args.domain), service(mosquitto)],
    console: [service(apiService)],
  };
}

function acmeSpec(deviceIssuer: Extract<DeviceIssuer, { issuer: "letsencrypt" }>) {
  const { email, awsRegion: region, hostedZoneId: hostedZoneID } = deviceIssuer;
  return {
    acme: {
      server: acmeServer,
      email,
      privateKeySecretRef: { name: "letsencrypt-account" },
      // By DNS, since nothing of ours listens on port 80.
      solvers: [{ dns01: { route53: { region, hostedZoneID } } }],
    },
  };
}

/**
 * The certificates of a region and who signs them, as the Secrets that cert-manager fills. They
 * are renewed a month before they end, with a new key each time.
 *
 * The internal CA's key lies in cert-manager's namespace, where no pod of ours can mount it.
 */
export class Certificates extends pulumi.ComponentResource {
  readonly secrets: Readonly<Record<Exclude<CertificateRole, "mosquitto">, pulumi.Output<string>>>;
  /** Undefined when the upstream broker is somebody else's. */
  readonly mosquittoSecret: pulumi.Output<string> | undefined;

  constructor(name: string, args: CertificatesArgs, opts?: pulumi.ComponentResourceOptions) {
    super("sentinel:platform:Certificates", name, {}, opts);
    const internal = this.#internalIssuer(name, args);
    const devices =
      args.deviceIssuer.issuer === "letsencrypt"
        ? this.#clusterIssuer(name, "letsencrypt", acmeSpec(args.deviceIssuer))
        : internal;
    const certificate = (role: CertificateRole, issuer = internal) =>
      this.#certificate(`${name}-${role}`, args, { role, issuer });

    this.secrets = {
      core: certificate("core"),
      edge: certificate("edge"),
      leaf: certificate("leaf"),
      devices: certificate("devices", devices),
      console: certificate("console"),
    };
    this.mosquittoSecret = args.upstreamBundled ? certificate("mosquitto") : undefined;
    this.registerOutputs({ secrets: this.secrets });
  }

  #internalIssuer(name: string, args: CertificatesArgs): pulumi.Output<string> {
    const { certificate, privateKey } = args.internalCa;
    const key = new kubernetes.core.v1.Secret(
      `${name}-internal-ca`,
      {
        metadata: { name: "internal-ca", namespace: args.certManagerNamespace },
        type: "kubernetes.io/tls",
        stringData: { "tls.crt": certificate, "tls.key": pulumi.secret(privateKey) },
      },
      { parent: this },
    );
    return this.#clusterIssuer(name, "internal-ca", { ca: { secretName: key.metadata.name } });
  }

  #clusterIssuer(name: string, issuer: string, spec: object): pulumi.Output<string> {
    const made = new kubernetes.apiextensions.CustomResource(
      `${name}-issuer-${issuer}`,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "ClusterIssuer",
        metadata: { name: issuer },
        spec,
      },
      { parent: this },
    );
    return nameOf(made);
  }

  #certificate(
    name: string,
    args: CertificatesArgs,
    { role, issuer }: { role: CertificateRole; issuer: pulumi.Output<string> },
  ): pulumi.Output<string> {
    const made = new kubernetes.apiextensions.CustomResource(
      name,
      {
        apiVersion: "cert-manager.io/v1",
        kind: "Certificate",
        metadata: { name: `${role}-tls`, namespace: args.namespace },
        spec: {
          secretName: `${role}-tls`,
          dnsNames: certificateHosts(args)[role],
          duration: "2160h0m0s",
          renewBefore: "720h0m0s",
          privateKey: { algorithm: "ECDSA", size: 256, rotationPolicy: "Always" },
          usages: ["digital signature", "server auth", "client auth"],
          issuerRef: { group: "cert-manager.io", kind: "ClusterIssuer", name: issuer },
        },
      },
      { parent: this },
    );
    return nameOf(made);
  }
}

/** Known before the object is there, and yet only to be had from the object. */
const nameOf = (made: kubernetes.apiextensions.CustomResource): pulumi.Output<string> =>
  made.metadata.apply(({ name }) => name ?? "");
