export interface KubeconfigArgs {
  readonly clusterName: string;
  /** URL of the API server. */
  readonly endpoint: string;
  /** The API server's CA certificate, base64. */
  readonly certificateAuthority: string;
  readonly awsRegion: string;
  /** Profile of the AWS configuration that `aws:profile` names. Absent: what the environment says. */
  readonly profile?: string;
}

/**
 * How to reach the cluster, as JSON. It holds no secret: whoever uses it signs in through the AWS
 * command line with the role that they have.
 */
export function kubeconfig(args: KubeconfigArgs): string {
  const name = args.clusterName;
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      {
        name,
        cluster: {
          server: args.endpoint,
          "certificate-authority-data": args.certificateAuthority,
        },
      },
    ],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command: "aws",
            args: [
              ...["eks", "get-token", "--cluster-name", name, "--region", args.awsRegion],
              ...(args.profile === undefined ? [] : ["--profile", args.profile]),
            ],
          },
        },
      },
    ],
    contexts: [{ name, context: { cluster: name, user: name } }],
    "current-context": name,
  });
}
