import { readFileSync } from "node:fs";
import { connectAsync } from "mqtt";

/**
 * Opens and closes one MQTT session on each edge, so that nats-server creates the MQTT streams of
 * the devices' account now and not under the first thousand devices.
 */
export async function warmUpEdges(options: {
  urls: readonly string[];
  caFile: string;
  passwordFile: string;
  serverName?: string;
}): Promise<void> {
  for (const [index, url] of options.urls.entries()) {
    const client = await connectAsync(
      url,
      {
        clientId: `warmup-${index}`,
        username: "warmup",
        password: readFileSync(options.passwordFile, "utf8").trim(),
        ca: readFileSync(options.caFile),
        ...(options.serverName && { servername: options.serverName }),
        protocolVersion: 4,
        clean: true,
        connectTimeout: 10_000,
        reconnectPeriod: 0,
      },
      false,
    );
    await client.endAsync();
  }
}
