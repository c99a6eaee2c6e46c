import { generateKeyPairSync } from "node:crypto";
import type { CommandContext } from "../command-context.ts";
import { createOwn } from "../devices/own-file.ts";

/** Makes a pair of keys. Nothing is overwritten, and the private one is never shown. */
export async function newKey({ output }: CommandContext, path: string): Promise<number> {
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  const texts = [
    [path, privateKey.export({ type: "pkcs8", format: "pem" })],
    [`${path}.pub`, publicKey.export({ type: "spki", format: "pem" })],
  ] as const;
  for (const [name, text] of texts) {
    const file = await createOwn(name);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await output.line(name);
  }
  return 0;
}
