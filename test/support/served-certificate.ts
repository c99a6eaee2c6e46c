import { readFileSync } from "node:fs";
import { connect } from "node:tls";

interface Shown {
  readonly caFile: string;
  /** Where the server asks for one. */
  readonly own?: { readonly certFile: string; readonly keyFile: string };
}

/** Fingerprint of the certificate that a server shows on a port. */
export function servedCertificate(port: number, { caFile, own }: Shown): Promise<string> {
  return new Promise((resolve, reject) => {
    const proof = own && { cert: readFileSync(own.certFile), key: readFileSync(own.keyFile) };
    const socket = connect({ host: "127.0.0.1", port, ca: readFileSync(caFile), ...proof }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on("error", reject);
  });
}
