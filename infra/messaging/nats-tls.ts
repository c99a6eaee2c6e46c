/** `host:port`, as nats-server writes addresses. */
export type Address = string;

export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

/** What every listener between our own processes has in common. */
export const tlsEntries = (tls: TlsFiles) => ({
  cert_file: tls.certFile,
  key_file: tls.keyFile,
  ca_file: tls.caFile,
  min_version: "1.3",
});
