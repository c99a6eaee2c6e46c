import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { DeviceCa } from "../device-ca.ts";

/**
 * Issues a certificate to each device, of a key of its own as in real ones, and keeps them in a
 * file that only its owner can read: JSON lines of client id, certificate and key. A second run
 * finds them.
 */
export async function issueDeviceCertificates(options: {
  deviceCa: DeviceCa;
  file: string;
  clients: readonly string[];
}): Promise<void> {
  const { deviceCa, file, clients } = options;
  const known = existsSync(file) ? readFileSync(file, "utf8").trimEnd().split("\n").length : 0;
  if (known >= clients.length) return;
  const lines: string[] = [];
  for (const id of clients) {
    lines.push(`${JSON.stringify({ id, ...(await deviceCa.issue(id)) })}\n`);
  }
  writeFileSync(file, lines.join(""), { mode: 0o600 });
}
