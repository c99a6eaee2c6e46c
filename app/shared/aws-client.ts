export interface AwsSettings {
  readonly region: string;
  /** Of an emulator; undefined means AWS. */
  readonly endpoint?: string | undefined;
  /** How long one attempt may take. */
  readonly attemptMs: number;
  readonly attempts: number;
}

/** What every client of AWS is told. */
export const awsClientOptions = ({ region, endpoint, attemptMs, attempts }: AwsSettings) => ({
  region,
  maxAttempts: attempts,
  requestHandler: {
    connectionTimeout: attemptMs,
    requestTimeout: attemptMs,
    // Without it a late answer is only remarked upon, and waited for.
    throwOnRequestTimeout: true,
  },
  ...(endpoint !== undefined && { endpoint }),
  // AWS is never spoken to without TLS: this is an emulator, which wants some credentials, any.
  ...(endpoint?.startsWith("http://") && {
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  }),
});
