import { join } from "node:path";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import type { Region } from "../../local/region.ts";

/** An aggregator run from its sources beside a region, with settings of its own. */
export async function aggregatorProcess(
  region: Region,
  replica: string,
  settings: Record<string, string> = {},
): Promise<ManagedProcess & { readonly url: string }> {
  const [port] = await findPorts(1);
  const url = `http://127.0.0.1:${port}`;
  const managed = new ManagedProcess(
    {
      name: replica,
      command: process.execPath,
      args: [join(import.meta.dirname, "../../app/aggregator/main.ts")],
      environment: {
        REPLICA: replica,
        HTTP_HOST: "127.0.0.1",
        HTTP_PORT: String(port),
        NATS_SERVERS: region.endpoints.natsServers.join(","),
        NATS_CA_FILE: region.certificates.caFile,
        NATS_PASSWORD_FILE: region.secrets.passwordFile("aggregator"),
        REGION: "local",
        ...settings,
      },
      ready: async () => {
        const response = await fetch(`${url}/readyz`);
        if (!response.ok) throw new Error((await response.text()).trim());
      },
    },
    join(region.directory, "logs"),
  );
  return Object.assign(managed, { url });
}
