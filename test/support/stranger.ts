import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function remainingLength(length: number): Buffer {
  const bytes: number[] = [];
  for (let rest = length; bytes.length === 0 || rest > 0; rest >>= 7) {
    bytes.push((rest & 127) | (rest > 127 ? 128 : 0));
  }
  return Buffer.from(bytes);
}

/** A CONNECT of MQTT 3.1.1 with names of any length up to 65,535 bytes, which no client library sends. */
export function connectPacket(names: { clientId: string; user: string; password: string }): Buffer {
  const flags = 0xc2;
  const body = Buffer.concat([
    field(Buffer.from("MQTT")),
    Buffer.from([4, flags, 0, 60]),
    ...[names.clientId, names.user, names.password].map((each) => field(Buffer.from(each))),
  ]);
  return Buffer.concat([Buffer.from([0x10]), remainingLength(body.length), body]);
}

/** When the other side has hung up. */
export const hungUp = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.on("error", () => {});
    socket.on("data", () => {});
    if (socket.closed) resolve();
    else socket.once("close", () => resolve());
  });

/** A connection over TLS, before any MQTT. The certificate is not looked at. */
export const openTls = (port: number, options: ConnectionOptions = {}): Promise<TLSSocket> =>
  new Promise((resolve, reject) => {
    const where = { host: "127.0.0.1", port, rejectUnauthorized: false };
    const socket = connectTls({ ...where, ...options }, () => resolve(socket));
    socket.once("error", reject);
  });

export const openTcp = (port: number): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const socket = connectTcp(port, "127.0.0.1", () => resolve(socket));
    socket.once("error", reject);
  });

/** Sends a byte now and then, until the other side has hung up. */
export function drip(socket: Socket, bytes: Buffer, everyMs: number): Promise<void> {
  let at = 0;
  const timer = setInterval(() => {
    if (at < bytes.length) socket.write(bytes.subarray(at, ++at));
  }, everyMs);
  return hungUp(socket).finally(() => clearInterval(timer));
}

/** The first bytes of a TLS handshake: a record that says that 512 bytes follow. */
export const clientHelloStart = Buffer.concat([
  Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]),
  Buffer.alloc(64, 7),
]);
