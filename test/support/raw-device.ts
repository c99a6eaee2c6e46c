import { once } from "node:events";
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type TLSSocket } from "node:tls";
import type { Region } from "../../local/region.ts";

/** A field of an MQTT packet with its length before it. */
function field(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

function packet(first: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const head = [first];
  let left = body.length;
  do {
    head.push((left & 127) | (left > 127 ? 128 : 0));
    left >>= 7;
  } while (left > 0);
  return Buffer.concat([Buffer.from(head), body]);
}

/** The packets of MQTT 3.1.1 that a device sends, as they are on the wire. */
export const packets = {
  connect: (clientId: string, password: string) =>
    packet(
      0x10,
      field("MQTT"),
      // Level 4; user name, password, clean session; no keep-alive.
      Buffer.from([4, 0xc2, 0, 0]),
      ...[clientId, clientId, password].map(field),
    ),
  /** At QoS 0: nothing holds the sender back but the connection itself. */
  publish: (topic: string, payload: string | Buffer, retain = false) =>
    packet(retain ? 0x31 : 0x30, field(topic), Buffer.from(payload as string)),
  /** At QoS 2, and never released: the server holds it. */
  hold: (topic: string, payload: string, id: number) =>
    packet(0x34, field(topic), Buffer.from([id >> 8, id & 255]), Buffer.from(payload)),
  subscribe: (topic: string, qos: 0 | 1) =>
    packet(0x82, Buffer.from([0, 1]), field(topic), Buffer.from([qos])),
  unsubscribe: (topic: string) => packet(0xa2, Buffer.from([0, 2]), field(topic)),
  ping: () => packet(0xc0),
};

/** A device that writes bytes as it likes, many packets at once. */
export interface RawDevice {
  readonly socket: TLSSocket;
  /** Whether the server has ended the connection. */
  readonly isClosed: () => boolean;
  /** Resolves when it has. */
  readonly closed: Promise<unknown>;
  /** Sends these bytes again and again, so often a second, until `ms` are over or the connection is. */
  readonly flood: (bytes: Buffer, perSecond: number, ms: number) => Promise<number>;
  /** Sends these bytes and waits for an answer, again and again. @returns how often. */
  readonly loop: (steps: readonly Buffer[], ms: number) => Promise<number>;
}

const tickMs = 20;

/** Connects to the first edge. Rejects with the CONNACK's code when the edge refuses. */
export async function connectRawDevice(
  region: Region,
  { clientId, password }: { readonly clientId: string; readonly password: string },
): Promise<RawDevice> {
  const [edge] = region.layout.edges;
  if (!edge) throw new Error("the region has no edge");
  const ca = readFileSync(region.certificates.caFile);
  const socket = connect({ host: "127.0.0.1", port: edge.mqtt, ca });
  socket.on("error", () => {});
  await once(socket, "secureConnect");
  const closed = once(socket, "close");
  socket.write(packets.connect(clientId, password));
  const answer = await Promise.race([once(socket, "data"), closed]);
  const code = (answer[0] as Buffer | undefined)?.[3];
  if (code !== 0) throw Object.assign(new Error(`refused with ${code}`), { code });
  socket.resume();
  const isClosed = () => socket.destroyed;

  const flood = async (bytes: Buffer, perSecond: number, ms: number) => {
    const startedMs = performance.now();
    let sent = 0;
    while (!isClosed() && performance.now() - startedMs < ms) {
      const due = Math.floor(((performance.now() - startedMs) / 1000) * perSecond) - sent;
      if (due > 0) {
        sent += due;
        const more = socket.write(Buffer.concat(Array.from({ length: due }, () => bytes)));
        if (!more) await Promise.race([once(socket, "drain"), closed]).catch(() => {});
      }
      await delay(tickMs);
    }
    return sent;
  };
  const loop = async (steps: readonly Buffer[], ms: number) => {
    const startedMs = performance.now();
    let done = 0;
    for (; !isClosed() && performance.now() - startedMs < ms; done++) {
      for (const step of steps) {
        if (isClosed()) break;
        socket.write(step);
        await Promise.race([once(socket, "data"), closed]).catch(() => {});
      }
    }
    return done;
  };
  return { socket, isClosed, closed, flood, loop };
}
