import { createServer, type Server } from "node:net";

/** What this process has given out: the system would give a port again that nobody listens on yet. */
const given = new Set<number>();

const portOf = (server: Server) => (server.address() as { port: number }).port;

/**
 * Finds `count` TCP ports on loopback: the ones from `base` on, or free ones of the system's
 * choosing. All are held at the same time before any is let go, so that none comes up twice.
 *
 * @throws Error naming the first port that is taken.
 */
export async function findPorts(count: number, base?: number): Promise<number[]> {
  const servers: Server[] = [];
  try {
    const ports: number[] = [];
    while (ports.length < count) {
      const wanted = base === undefined ? 0 : base + ports.length;
      const server = createServer();
      servers.push(server);
      await new Promise<void>((resolve, reject) => {
        server.once("error", () =>
          reject(new Error(`port ${wanted} is taken; choose another --base-port or leave it out`)),
        );
        server.listen(wanted, "127.0.0.1", resolve);
      });
      const port = portOf(server);
      if (base !== undefined || !given.has(port)) ports.push(port);
    }
    for (const port of ports) given.add(port);
    return ports;
  } finally {
    await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  }
}
