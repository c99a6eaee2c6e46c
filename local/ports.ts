import { createServer, type Server } from "node:net";

/**
 * Finds `count` TCP ports on loopback: the ones from `base` on, or free ones of the system's
 * choosing. All are held at the same time before any is let go, so that none comes up twice.
 *
 * @throws Error naming the first port that is taken.
 */
export async function findPorts(count: number, base?: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const wanted = base === undefined ? 0 : base + i;
      const server = createServer();
      servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once("error", () =>
          reject(new Error(`port ${wanted} is taken; choose another --base-port or leave it out`)),
        );
        server.listen(wanted, "127.0.0.1", resolve);
      });
    }
    return servers.map((server) => (server.address() as { port: number }).port);
  } finally {
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  }
}
