import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  fingerprintRule,
  isFingerprint,
  plainFingerprint,
  readDeviceCertificate,
} from "../../registry/device-certificate.ts";
import { OperatorError, sentenceOf } from "../operator-error.ts";

/** The one certificate that a device may connect with, named in either way. */
export interface CertificateOptions {
  readonly certificate?: string;
  readonly fingerprint?: string;
}

function fingerprint(value: string): string {
  const plain = plainFingerprint(value);
  if (!isFingerprint(plain)) throw new InvalidArgumentError(`It is ${fingerprintRule}.`);
  return plain;
}

export const withCertificate = <C extends Command>(command: C): C =>
  command
    .addOption(
      new Option("--certificate <file>", "the one certificate it may connect with, in PEM"),
    )
    .addOption(
      new Option("--fingerprint <sha256>", "the same by its fingerprint")
        .argParser(fingerprint)
        .conflicts("certificate"),
    );

/**
 * The fingerprint that the options name. Undefined: none.
 *
 * @throws OperatorError when the file is no certificate of this device: pinned to another's, it
 * could not connect any more.
 */
export function chosenFingerprint(
  { certificate: file, fingerprint: given }: CertificateOptions,
  clientId: string,
): string | undefined {
  if (file === undefined) return given;
  const certificate = readDeviceCertificate(readCertificateFile(file));
  if (!certificate) throw new OperatorError(`${file} is not a certificate in PEM form`);
  if (certificate.commonName === clientId) return certificate.fingerprint;
  throw new OperatorError(
    `${file} is a certificate of "${certificate.commonName ?? "no or several names"}", not of ${clientId}`,
  );
}

function readCertificateFile(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new OperatorError(`cannot read ${file}: ${sentenceOf(error)}`);
  }
}
