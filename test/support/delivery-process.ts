import { join } from "node:path";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import type { Region } from "../../local/region.ts";

export type DeliveryProcess = ManagedProcess & { readonly url: string };

/** Who sends devices what they missed, run from its sources beside a region, with settings of its own. */
export async function startDelivery(
  region: Region,
  name: string,
  settings: Record<string, string> = {},
): Promise<DeliveryProcess> {
  const [port] = await findPorts(1);
  const url = `http://127.0.0.1:${port}`;
  const managed = new ManagedProcess(
    {
      name,
      command: process.execPath,
      args: [join(import.meta.dirname, "../../app/delivery/main.ts")],
      environment: {
        REPLICA: name,
        HTTP_HOST: "127.0.0.1",
        HTTP_PORT: String(port),
        NATS_SERVERS: region.endpoints.natsServers.join(","),
        NATS_CA_FILE: region.certificates.caFile,
        NATS_PASSWORD_FILE: region.secrets.passwordFile("delivery"),
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
