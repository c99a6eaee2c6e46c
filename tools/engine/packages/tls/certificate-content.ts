import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import type { Properties } from "../../property-values.ts";

const keyUsages: Readonly<Record<string, x509.KeyUsageFlags>> = {
  digital_signature: x509.KeyUsageFlags.digitalSignature,
  content_commitment: x509.KeyUsageFlags.nonRepudiation,
  key_encipherment: x509.KeyUsageFlags.keyEncipherment,
  data_encipherment: x509.KeyUsageFlags.dataEncipherment,
  key_agreement: x509.KeyUsageFlags.keyAgreement,
  cert_signing: x509.KeyUsageFlags.keyCertSign,
  crl_signing: x509.KeyUsageFlags.cRLSign,
};
const extendedKeyUsages: Readonly<Record<string, x509.ExtendedKeyUsageType>> = {
  server_auth: x509.ExtendedKeyUsage.serverAuth,
  client_auth: x509.ExtendedKeyUsage.clientAuth,
  code_signing: x509.ExtendedKeyUsage.codeSigning,
  email_protection: x509.ExtendedKeyUsage.emailProtection,
  timestamping: x509.ExtendedKeyUsage.timeStamping,
  ocsp_signing: x509.ExtendedKeyUsage.ocspSigning,
};

const attributes: Readonly<Record<string, string>> = {
  commonName: "CN",
  country: "C",
  locality: "L",
  organization: "O",
  organizationalUnit: "OU",
  province: "ST",
};

export function subjectName(inputs: Properties): string {
  const subject = (inputs["subject"] ?? {}) as Properties;
  return Object.entries(attributes)
    .filter(([property]) => subject[property] !== undefined)
    .map(([property, short]) => `${short}=${String(subject[property]).replace(/[,+="]/g, "\\$&")}`)
    .join(", ");
}

const strings = (inputs: Properties, name: string) => (inputs[name] ?? []) as readonly string[];

export function alternativeNames(inputs: Properties): x509.Extension[] {
  const names: x509.JsonGeneralNames = [
    ...strings(inputs, "dnsNames").map((value) => ({ type: "dns" as const, value })),
    ...strings(inputs, "ipAddresses").map((value) => ({ type: "ip" as const, value })),
    ...strings(inputs, "uris").map((value) => ({ type: "url" as const, value })),
  ];
  return names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [];
}

/** @throws Error for a use that the tls provider does not know. */
export function usages(inputs: Properties): x509.Extension[] {
  const uses = strings(inputs, "allowedUses");
  const wrong = uses.find((use) => !(use in keyUsages) && !(use in extendedKeyUsages));
  if (wrong) throw new Error(`allowedUses has "${wrong}", which is no use of a key`);
  const flags = uses.reduce((sum, use) => sum | (keyUsages[use] ?? 0), 0);
  const extended = uses.flatMap((use) => extendedKeyUsages[use] ?? []);
  return [
    ...(flags ? [new x509.KeyUsagesExtension(flags, true)] : []),
    ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension(extended)] : []),
  ];
}

export function authority(inputs: Properties): x509.Extension {
  const length = inputs["maxPathLength"];
  return new x509.BasicConstraintsExtension(
    inputs["isCaCertificate"] === true,
    typeof length === "number" && length >= 0 ? length : undefined,
    true,
  );
}

export function validity(inputs: Properties): { notBefore: Date; notAfter: Date } {
  const notBefore = new Date();
  notBefore.setMilliseconds(0);
  const hours = Number(inputs["validityPeriodHours"]);
  return { notBefore, notAfter: new Date(notBefore.getTime() + hours * 3_600_000) };
}
