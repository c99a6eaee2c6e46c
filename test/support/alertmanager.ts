import { join } from "node:path";
import { ManagedProcess } from "../../local/managed-process.ts";
import { findPorts } from "../../local/ports.ts";
import { alertmanagerSpec, setUpWatch } from "../../local/watch-processes.ts";

interface Alert {
  readonly labels: Readonly<Record<string, string>>;
}

interface Group {
  readonly labels: Readonly<Record<string, string>>;
  readonly receiver: { readonly name: string };
  readonly alerts: readonly Alert[];
}

/** Why there is no Alertmanager on this machine; undefined where there is. */
export const noAlertmanager = setUpWatch();

/** Alertmanager with the product's configuration, beside a region. It is not started yet. */
export async function alertmanagerBeside(
  { directory }: { readonly directory: string },
  webhookUrl: string,
) {
  const [port = 0] = await findPorts(1);
  const url = `http://127.0.0.1:${port}`;
  const spec = alertmanagerSpec({
    ...{ directory: join(directory, "alertmanager"), port, webhookUrl },
  });
  const get = async <T>(path: string) => (await (await fetch(`${url}/api/v2/${path}`)).json()) as T;
  const managed = new ManagedProcess(spec, join(directory, "logs"));
  return Object.assign(managed, {
    url,
    /** The alerts of an incident that are not over. */
    alertsOf: (incident: string) =>
      get<readonly Alert[]>(`alerts?filter=${encodeURIComponent(`incident="${incident}"`)}`),
    /** As it will tell of them. */
    groups: () => get<readonly Group[]>("alerts/groups"),
  });
}
export type Alertmanager = Awaited<ReturnType<typeof alertmanagerBeside>>;
