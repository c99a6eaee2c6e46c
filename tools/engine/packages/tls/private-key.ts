import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  webcrypto,
} from "node:crypto";
import type { Properties } from "../../property-values.ts";
import type { Created } from "../cloud-package.ts";

const curves: Readonly<Record<string, string>> = {
  P224: "secp224r1",
  P256: "prime256v1",
  P384: "secp384r1",
  P521: "secp521r1",
};

function generate(inputs: Properties) {
  switch (inputs["algorithm"]) {
    case "RSA":
      return generateKeyPairSync("rsa", { modulusLength: Number(inputs["rsaBits"] ?? 2048) });
    case "ECDSA":
      return generateKeyPairSync("ec", {
        namedCurve: curves[String(inputs["ecdsaCurve"] ?? "P224")] ?? "",
      });
    case "ED25519":
      return generateKeyPairSync("ed25519");
    default:
      throw new Error(`algorithm must be RSA, ECDSA or ED25519, got ${inputs["algorithm"]}`);
  }
}

/** A real key pair in the formats of the tls provider, except those of OpenSSH. */
export function makePrivateKey(inputs: Properties): Created {
  const { privateKey, publicKey } = generate(inputs);
  const type = { RSA: "pkcs1", ECDSA: "sec1" }[String(inputs["algorithm"])] ?? "pkcs8";
  const spki = publicKey.export({ type: "spki", format: "der" });
  return {
    id: createHash("sha1").update(spki).digest("hex"),
    outputs: {
      privateKeyPem: privateKey.export({ type: type as "pkcs8", format: "pem" }).toString(),
      privateKeyPemPkcs8: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      publicKeyPem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    },
  };
}

/** A key as the certificate library wants it, with the algorithm it signs by. */
export interface SigningKey {
  /** As the tls provider names it: RSA, ECDSA or ED25519. */
  readonly algorithmName: string;
  readonly algorithm: {
    readonly name: string;
    readonly hash?: string;
    readonly namedCurve?: string;
  };
  readonly keys: webcrypto.CryptoKeyPair;
}

const webCurves: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

/** @throws Error for a curve that Web Crypto does not sign with (P224). */
export async function readSigningKey(pem: string): Promise<SigningKey> {
  const key = createPrivateKey(pem);
  const curve = key.asymmetricKeyDetails?.namedCurve ?? "";
  const [algorithmName, algorithm] = {
    rsa: ["RSA", { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }] as const,
    ec: ["ECDSA", { name: "ECDSA", namedCurve: webCurves[curve] ?? "", hash: "SHA-256" }] as const,
    ed25519: ["ED25519", { name: "Ed25519" }] as const,
  }[key.asymmetricKeyType as "rsa"] ?? ["", undefined];
  if (!algorithm || ("namedCurve" in algorithm && !algorithm.namedCurve)) {
    throw new Error(`a ${key.asymmetricKeyType} key (${curve}) cannot sign certificates here`);
  }
  const { subtle } = webcrypto;
  const [privateKey, publicKey] = await Promise.all([
    subtle.importKey("pkcs8", key.export({ type: "pkcs8", format: "der" }), algorithm, true, [
      "sign",
    ]),
    subtle.importKey(
      "spki",
      createPublicKey(key).export({ type: "spki", format: "der" }),
      algorithm,
      true,
      ["verify"],
    ),
  ]);
  return { algorithmName, algorithm, keys: { privateKey, publicKey } };
}
