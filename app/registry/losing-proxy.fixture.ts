import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface LosingProxy {
  readonly endpoint: string;
  /** The next request for this operation is carried out, but its answer does not arrive. */
  loseAnswer(operation: string): void;
  stop(): Promise<void>;
}

/** Stands between a client and an emulator, as a network that fails at the worst moment. */
export async function startLosingProxy(target: string): Promise<LosingProxy> {
  let losing: string | undefined;
  const server = createServer((asked, answer) => {
    const lost = losing !== undefined && asked.headers["x-amz-target"]?.toString().endsWith(losing);
    if (lost) losing = undefined;
    const { method, headers } = asked;
    const onward = request(`${target}${asked.url}`, { method, headers }, (reply) => {
      if (lost) reply.resume().on("end", () => answer.destroy());
      else reply.pipe(answer.writeHead(reply.statusCode ?? 500, reply.headers));
    });
    onward.on("error", () => answer.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    loseAnswer: (operation) => {
      losing = operation;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
