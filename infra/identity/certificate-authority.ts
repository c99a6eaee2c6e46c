import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

export interface CertificateAuthorityArgs {
  /** Refuses deletion: every certificate between our servers goes back to it. Defaults to true. */
  readonly deletionProtection?: boolean;
}

const years = 10;

/**
 * The authority for certificates that only our own servers have to believe: routes, leaf links,
 * services. Exists once; each cluster's issuer signs with it, so that servers of different regions
 * believe each other.
 */
export class CertificateAuthority extends pulumi.ComponentResource {
  readonly certificatePem: pulumi.Output<string>;
  /** Secret. */
  readonly privateKeyPem: pulumi.Output<string>;

  constructor(
    name: string,
    args: CertificateAuthorityArgs = {},
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("sentinel:identity:CertificateAuthority", name, {}, opts);
    const options = { parent: this, protect: args.deletionProtection ?? true };

    const key = new tls.PrivateKey(
      `${name}-key`,
      { algorithm: "ECDSA", ecdsaCurve: "P384" },
      { ...options, additionalSecretOutputs: ["privateKeyPem", "privateKeyPemPkcs8"] },
    );
    // No early renewal: the provider would replace the certificate by itself, and with it all trust.
    const certificate = new tls.SelfSignedCert(
      `${name}-certificate`,
      {
        privateKeyPem: key.privateKeyPem,
        subject: { commonName: "MQTT Sentinel internal CA", organization: "MQTT Sentinel" },
        isCaCertificate: true,
        setSubjectKeyId: true,
        validityPeriodHours: years * 365 * 24,
        allowedUses: ["cert_signing", "crl_signing"],
      },
      options,
    );

    this.certificatePem = certificate.certPem;
    this.privateKeyPem = pulumi.secret(key.privateKeyPem);
    this.registerOutputs({ certificatePem: this.certificatePem });
  }
}
