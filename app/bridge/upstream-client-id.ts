import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";

/** A file with one line of at least 128 random bits: becomes what it holds. */
export const sessionKeyFile = z
  .string()
  .min(1)
  .transform((file, context) => {
    const key = readKey(file);
    if (/^\S{32,}$/.test(key)) return key;
    context.addIssue("must be a file that holds one line of 32 characters or more");
    return z.NEVER;
  });

function readKey(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch {
    return "";
  }
}

/**
 * Client id under which a replica's session waits at the upstream broker.
 *
 * A broker gives a session to whoever names its id, whatever user that is: a publisher who knew the
 * id could end the session, and what it holds would be lost. So the id is a secret of 128 bits. A
 * key of its own makes it, and not the password, which can then be changed without leaving the
 * session behind.
 */
export function upstreamClientId(key: string, replica: string): string {
  const digest = createHmac("sha256", key).update(`upstream session of ${replica}`).digest("hex");
  return `sentinel-${digest.slice(0, 32)}`;
}
