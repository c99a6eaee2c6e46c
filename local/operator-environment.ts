import { chmodSync, writeFileSync } from "node:fs";
import type { AppContext } from "./app-processes.ts";
import { dynamodbEnvironment, endpointsOf, s3Environment } from "./endpoints.ts";

/** Writes what the `sentinel` command line needs to reach this region: names and paths, no secret. */
export function writeOperatorEnvironment(file: string, context: AppContext): void {
  const { natsServers, upstreamUrl, edgeUrls, apiUrl, processUrls } = endpointsOf(context.layout);
  const { caFile } = context.certificates;
  const entries = {
    NATS_SERVERS: natsServers.join(","),
    NATS_CA_FILE: caFile,
    OPERATOR_PASSWORD_FILE: context.secrets.passwordFile("operator"),
    AUDIT_KEY_FILE: context.secrets.auditKeyFile("operator"),
    AUDIT_KEYS_FILE: context.secrets.auditKeysFile,
    ...dynamodbEnvironment(context.layout),
    ...s3Environment(context.layout),
    UPSTREAM_URL: upstreamUrl,
    UPSTREAM_CA_FILE: caFile,
    PUBLISHER_PASSWORD_FILE: context.secrets.upstreamPasswordFile("publisher"),
    EDGE_URLS: edgeUrls.join(","),
    EDGE_CA_FILE: caFile,
    ...(apiUrl !== undefined && { API_URL: apiUrl, API_CA_FILE: caFile }),
    PROCESS_URLS: [...processUrls].map(([name, url]) => `${name}=${url}`).join(","),
  };
  const lines = Object.entries(entries).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(file, lines.join(""));
  // The command line refuses settings that others can write, whatever this user's umask is.
  chmodSync(file, 0o600);
}
