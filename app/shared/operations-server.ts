import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";
import { printable } from "./printable.ts";

const reasonLimit = 500;

export interface OperationsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * What an operator and the kubelet ask a process: `/metrics`, `/livez` (it runs) and `/readyz`
 * (200 while it can do its work, 503 with the reason while it cannot).
 */
export async function serveOperations(options: {
  host: string;
  port: number;
  metrics: Registry;
  /** Undefined when ready, otherwise what is missing. */
  notReady: () => string | undefined;
}): Promise<OperationsServer> {
  const server = createServer(async (request, response) => {
    const reply = (status: number, body: string, type = "text/plain") =>
      response.writeHead(status, { "content-type": type }).end(body);
    if (request.method !== "GET") return reply(405, "only GET\n");
    switch (request.url) {
      case "/livez":
        return reply(200, "ok\n");
      case "/readyz": {
        const reason = options.notReady();
        return reason === undefined
          ? reply(200, "ok\n")
          : reply(503, `${printable(reason, reasonLimit)}\n`);
      }
      case "/metrics":
        return reply(200, await options.metrics.metrics(), options.metrics.contentType);
      default:
        return reply(404, "there are /metrics, /livez and /readyz\n");
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port, options.host, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
