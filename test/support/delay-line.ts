import { createConnection, createServer, type Socket } from "node:net";

/**
 * What a line does with what is sent over it: half of the delay there, half on the way back.
 * `silent`: swallows it, as a network that drops does, and that the near end has closed.
 */
export type LineState =
  | { readonly kind: "open"; readonly delayMs: number }
  | { readonly kind: "silent" }
  | { readonly kind: "cut" };

export interface DelayLine {
  readonly port: number;
  set(state: LineState): void;
  close(): Promise<void>;
}

const host = "127.0.0.1";

/** A line to a port of this machine that can be made slow, silent, or cut. */
export async function layDelayLine(target: number): Promise<DelayLine> {
  let state: LineState = { kind: "open", delayMs: 0 };
  const sockets = new Set<Socket>();
  const carry = (from: Socket, to: Socket, far: Socket) => {
    sockets.add(from);
    from.setNoDelay(true);
    from.on("data", (data) => {
      if (state.kind === "silent") return;
      // Timers of one length end in the order in which they began.
      if (state.kind === "open" && state.delayMs > 0) {
        setTimeout(() => to.writable && to.write(data), state.delayMs / 2);
      } else to.write(data);
    });
    from.on("error", () => {});
    from.on("close", () => {
      sockets.delete(from);
      if (state.kind !== "silent" || from === far) to.destroy();
    });
  };
  const server = createServer((near) => {
    if (state.kind === "cut") {
      near.destroy();
      return;
    }
    const far = createConnection(target, host);
    carry(near, far, far);
    carry(far, near, far);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    set(next) {
      state = next;
      if (next.kind === "cut") drop();
    },
    close: () => {
      drop();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
