import { createConnection, createServer, type Server, type Socket } from "node:net";

/** A line between two regions that can be cut. */
export interface Link {
  readonly port: number;
  /** Ends what goes over it; new connections are refused until it is mended. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
}

const host = "127.0.0.1";

export async function layLink(target: number): Promise<Link> {
  let whole = true;
  const sockets = new Set<Socket>();
  const dropAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server: Server = createServer((near) => {
    if (!whole) {
      near.destroy();
      return;
    }
    const far = createConnection(target, host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.pipe(to);
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  return {
    port: (server.address() as { port: number }).port,
    cut() {
      whole = false;
      dropAll();
    },
    mend() {
      whole = true;
    },
    close: () => {
      dropAll();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
