import "reflect-metadata";
import { randomBytes } from "node:crypto";
import * as x509 from "@peculiar/x509";
import type { Properties } from "../../property-values.ts";
import type { Created } from "../cloud-package.ts";
import {
  alternativeNames,
  authority,
  subjectName,
  usages,
  validity,
} from "./certificate-content.ts";
import { readSigningKey } from "./private-key.ts";

const text = (inputs: Properties, name: string) => String(inputs[name]);

function created(certificate: x509.X509Certificate, more: Properties): Created {
  return {
    id: BigInt(`0x${certificate.serialNumber}`).toString(),
    outputs: {
      ...more,
      certPem: `${certificate.toString("pem")}\n`,
      readyForRenewal: false,
      validityStartTime: certificate.notBefore.toISOString(),
      validityEndTime: certificate.notAfter.toISOString(),
    },
  };
}

export async function makeSelfSigned(inputs: Properties): Promise<Created> {
  const { algorithm, algorithmName, keys } = await readSigningKey(text(inputs, "privateKeyPem"));
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: randomBytes(16).toString("hex"),
    name: subjectName(inputs),
    ...validity(inputs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      authority(inputs),
      ...usages(inputs),
      ...alternativeNames(inputs),
      ...(inputs["setSubjectKeyId"] || inputs["isCaCertificate"]
        ? [await x509.SubjectKeyIdentifierExtension.create(keys.publicKey)]
        : []),
    ],
  });
  return created(certificate, { keyAlgorithm: algorithmName });
}

export async function makeRequest(inputs: Properties, id: string): Promise<Created> {
  const { algorithm, algorithmName, keys } = await readSigningKey(text(inputs, "privateKeyPem"));
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: subjectName(inputs),
    keys,
    signingAlgorithm: algorithm,
    extensions: alternativeNames(inputs),
  });
  const certRequestPem = `${request.toString("pem")}\n`;
  return { id, outputs: { certRequestPem, keyAlgorithm: algorithmName } };
}

export async function makeLocallySigned(inputs: Properties): Promise<Created> {
  const request = new x509.Pkcs10CertificateRequest(text(inputs, "certRequestPem"));
  const issuer = new x509.X509Certificate(text(inputs, "caCertPem"));
  const { algorithm, algorithmName, keys } = await readSigningKey(text(inputs, "caPrivateKeyPem"));
  if (!(await request.verify())) throw new Error("certRequestPem is not signed by its own key");
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(16).toString("hex"),
    subject: request.subject,
    issuer: issuer.subject,
    ...validity(inputs),
    signingAlgorithm: algorithm,
    publicKey: request.publicKey,
    signingKey: keys.privateKey,
    extensions: [
      authority(inputs),
      ...usages(inputs),
      ...request.extensions.filter((each) => each instanceof x509.SubjectAlternativeNameExtension),
      await x509.AuthorityKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return created(certificate, { caKeyAlgorithm: algorithmName });
}
