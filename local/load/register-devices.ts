import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { DeviceRegistry } from "../../app/registry/device-registry.ts";
import { newDevice } from "../../app/registry/record-changes.ts";
import { hashSecret, issueSecret } from "../../app/registry/secret.ts";
import { emulatorClient } from "../device-table.ts";
import { deviceTable } from "../endpoints.ts";
import type { Layout } from "../layout.ts";
import { simulatedClient } from "./messages.ts";

/**
 * Registers the fleet's devices in the region's table and keeps their secrets in a file that only
 * its owner can read, as the flash of real devices would. A second run finds both.
 */
export async function registerDevices(options: {
  layout: Layout;
  credentialsFile: string;
  devices: number;
}): Promise<readonly string[]> {
  const { credentialsFile, devices } = options;
  const ids = Array.from({ length: devices }, (_, i) => simulatedClient(i + 1));
  const known = existsSync(credentialsFile)
    ? readFileSync(credentialsFile, "utf8").trimEnd().split("\n").length
    : 0;
  if (known >= devices) return ids;

  const issued = ids.map((id) => ({ id, secret: issueSecret() }));
  const by = { actor: "load", nowMs: Date.now() };
  const client = emulatorClient(options.layout);
  const registry = new DeviceRegistry({ client, table: deviceTable });
  const left = await registry.overwriteMany(
    issued.map(({ id, secret }) => {
      const values = { clientId: id, status: "active" as const, secret: hashSecret(secret) };
      return newDevice({ ...values, labels: ["simulated"] }, by);
    }),
  );
  client.destroy();
  if (left.length > 0) throw new Error(`the device table did not take ${left.length} devices`);
  const lines = issued.map((device) => `${JSON.stringify(device)}\n`);
  writeFileSync(credentialsFile, lines.join(""), { mode: 0o600 });
  return ids;
}
