import { join } from "node:path";
import { deviceTable } from "../../local/endpoints.ts";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import type { Region } from "../../local/region.ts";

/** An auth process run from its sources beside a region, with settings of its own. */
export async function startAuthProcess(
  region: Region,
  settings: Record<string, string> = {},
): Promise<ManagedProcess & { readonly url: string }> {
  const [port] = await findPorts(1);
  const url = `http://127.0.0.1:${port}`;
  const managed = new ManagedProcess(
    {
      name: "auth-1",
      command: process.execPath,
      args: [join(import.meta.dirname, "../../app/auth/main.ts")],
      environment: {
        REPLICA: "auth-1",
        HTTP_HOST: "127.0.0.1",
        HTTP_PORT: String(port),
        NATS_SERVERS: region.endpoints.natsServers.join(","),
        NATS_CA_FILE: region.certificates.caFile,
        NATS_PASSWORD_FILE: region.secrets.passwordFile("auth"),
        CALLOUT_PASSWORD_FILE: region.secrets.passwordFile("auth-callout"),
        CLOSER_PASSWORD_FILE: region.secrets.passwordFile("session-closer"),
        AUDIT_KEY_FILE: region.secrets.auditKeyFile("auth"),
        AUDIT_KEYS_FILE: region.secrets.auditKeysFile,
        AUTH_ISSUER_SEED_FILE: region.secrets.issuerSeedFile,
        DEVICE_TABLE: deviceTable,
        DYNAMODB_ENDPOINT: region.endpoints.dynamodbUrl,
        AWS_REGION: "us-east-1",
        ...settings,
      },
      ready: async () => {
        const response = await fetch(`${url}/readyz`);
        if (!response.ok) throw new Error((await response.text()).trim());
      },
    },
    join(region.directory, "logs"),
  );
  await managed.start();
  return Object.assign(managed, { url });
}
