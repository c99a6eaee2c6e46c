import { connect, type SecureVersion } from "node:tls";
import { addressOf } from "../address.ts";
import { readSecretFile } from "../nats-login.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";
import type { Check } from "./check.ts";

const limitMs = 5_000;

interface Handshake {
  readonly protocol: string;
  readonly certificateEnds: Date;
}

function handshake(
  url: string,
  ca: string,
  versions: { minVersion?: SecureVersion; maxVersion?: SecureVersion },
): Promise<Handshake> {
  const { host, port } = addressOf(url, 8883);
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, ca, ...versions }, () => {
      const certificateEnds = new Date(socket.getPeerCertificate().valid_to);
      resolve({ protocol: socket.getProtocol() ?? "no protocol", certificateEnds });
      socket.destroy();
    });
    socket.setTimeout(limitMs, () => socket.destroy(new Error(`no answer within ${limitMs} ms`)));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("it closed the connection")));
  });
}

const days = (until: Date) => Math.floor((until.getTime() - Date.now()) / 86_400_000);

/** A TLS handshake, with the certificate checked against the CA. */
export function tlsCheck(options: {
  name: string;
  url: string;
  caFile: string;
  minVersion: SecureVersion;
  advice: string;
}): Check {
  const { name, url, caFile, minVersion, advice } = options;
  return {
    name,
    advice,
    run: async () => {
      const found = await handshake(url, readSecretFile(caFile), { minVersion });
      return `${found.protocol}, certificate ends in ${days(found.certificateEnds)} days`;
    },
  };
}

/** Devices must not be able to connect with less than TLS 1.3. */
export function oldTlsRefusedCheck(options: { name: string; url: string; caFile: string }): Check {
  return {
    name: options.name,
    advice: "set min_version of the MQTT listener's TLS to 1.3",
    run: async () => {
      const ca = readSecretFile(options.caFile);
      let found: Handshake;
      try {
        found = await handshake(options.url, ca, { minVersion: "TLSv1.2", maxVersion: "TLSv1.2" });
      } catch (error) {
        const { code } = error as { code?: string };
        // Anything else, such as a refused connection, says nothing about the version.
        if (code === "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION") return "refused";
        throw new OperatorError(`it could not be tried: ${sentenceOf(error)}`);
      }
      throw new OperatorError(`it accepts ${found.protocol}`);
    },
  };
}
