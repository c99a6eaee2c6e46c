import { join } from "node:path";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import type { Region } from "../../local/region.ts";
import { compileCache } from "./compile-cache.ts";

export type SourceProcess = ManagedProcess & { readonly url: string };

export interface SourceProcessOptions {
  /** Its folder in `app/`, and its user. */
  readonly process: string;
  readonly replica: string;
  /** Beside what every process is told. */
  readonly settings: Readonly<Record<string, string>>;
}

/** A process that is run from its sources beside a region. It is not started yet. */
export async function sourceProcess(
  region: Region,
  { process: name, replica, settings }: SourceProcessOptions,
): Promise<SourceProcess> {
  const [port] = await findPorts(1);
  const url = `http://127.0.0.1:${port}`;
  const managed = new ManagedProcess(
    {
      name: replica,
      command: process.execPath,
      args: [join(import.meta.dirname, `../../app/${name}/main.ts`)],
      environment: {
        ...compileCache,
        REPLICA: replica,
        HTTP_HOST: "127.0.0.1",
        HTTP_PORT: String(port),
        NATS_SERVERS: region.endpoints.natsServers.join(","),
        NATS_CA_FILE: region.certificates.caFile,
        NATS_PASSWORD_FILE: region.secrets.passwordFile(name),
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
