import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { mosquittoPasswordEntry } from "../infra/messaging/mosquitto-config.ts";
import {
  LatencyHistogram,
  type LatencySummary,
  summarise,
} from "../local/load/latency-histogram.ts";
import { ManagedProcess } from "../local/managed-process.ts";
import { findPorts } from "../local/ports.ts";
import { brokerSpec } from "../local/store-processes.ts";
import { deviceId, deviceSecret } from "./auth-devices.ts";

export interface MosquittoLogins {
  readonly users: number;
  readonly loginsPerSecond: number;
  readonly refused: number;
  /** From the opening of the TCP connection to the CONNACK. */
  readonly latency: LatencySummary;
}

const loginsAtOnce = 32;

const text = (value: string) => {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(Buffer.byteLength(value));
  return Buffer.concat([length, Buffer.from(value)]);
};

/** An MQTT 3.1.1 CONNECT, clean, with user name and password. */
function connectPacket(id: string, password: string): Buffer {
  const head = Buffer.concat([text("MQTT"), Buffer.of(4, 0b1100_0010, 0, 60)]);
  const body = Buffer.concat([head, text(id), text(id), text(password)]);
  if (body.length > 127) throw new RangeError("the packet's length takes more than one byte");
  return Buffer.concat([Buffer.of(0x10, body.length), body]);
}

/** @returns the reason code of the CONNACK. */
function login(port: number, id: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.once("connect", () => socket.write(connectPacket(id, deviceSecret(id))));
    socket.once("data", (data) => {
      // A reset leaves no port waiting, of which thousands would be needed.
      socket.resetAndDestroy();
      resolve(data[3] ?? 255);
    });
    socket.once("error", reject);
  });
}

async function startBroker(directory: string, users: number, port: number) {
  mkdirSync(directory, { recursive: true });
  const at = (name: string) => join(directory, name);
  const entries = Array.from({ length: users }, (_, i) =>
    mosquittoPasswordEntry(deviceId(i), deviceSecret(deviceId(i)), randomBytes(12)),
  );
  writeFileSync(at("passwords"), entries.join(""), { mode: 0o600 });
  const lines = [
    "allow_anonymous false",
    `password_file ${at("passwords")}`,
    `user ${userInfo().username}`,
    "set_tcp_nodelay true",
    `listener ${port} 127.0.0.1`,
  ];
  writeFileSync(at("mosquitto.conf"), `${lines.join("\n")}\n`);
  const broker = new ManagedProcess(
    brokerSpec({ name: "mosquitto-logins", configFile: at("mosquitto.conf"), port }),
    directory,
  );
  await broker.start();
  return broker;
}

/** How fast Mosquitto lets devices in by its password file, over plain TCP. */
export async function mosquittoLogins(
  directory: string,
  { users, seconds }: { readonly users: number; readonly seconds: number },
): Promise<MosquittoLogins> {
  const [port = 0] = await findPorts(1);
  const broker = await startBroker(directory, users, port);
  const latency = new LatencyHistogram();
  let refused = 0;
  let next = 0;
  const from = performance.now();
  const lane = async () => {
    while (performance.now() - from < seconds * 1000) {
      const at = performance.now();
      const code = await login(port, deviceId(next++ % users));
      latency.record(performance.now() - at);
      if (code !== 0) refused++;
    }
  };
  try {
    await Promise.all(Array.from({ length: loginsAtOnce }, lane));
    const elapsed = (performance.now() - from) / 1000;
    const loginsPerSecond = Math.round(latency.count / elapsed);
    return { users, loginsPerSecond, refused, latency: summarise(latency) };
  } finally {
    await broker.stop();
  }
}
