/** On real connections: the kernel's own word. Needs what `tools/build.ts` makes. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { silentLines } from "./silent-lines.ts";

const program = join(import.meta.dirname, "../../dist/report-gate/silent-lines");
const soon = { timeout: 60_000, interval: 50 };
const ends: (() => void)[] = [];

afterEach(() => {
  for (const end of ends.splice(0)) end();
});

function every(ms: number, run: () => void) {
  const timer = setInterval(run, ms);
  ends.push(() => clearInterval(timer));
}

/** A server that sends to whoever connects all the time. */
async function listen(host: string): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {}).resume();
    every(20, () => socket.write("an alert"));
    ends.push(() => socket.destroy());
  }).listen(0, host);
  await once(server, "listening");
  ends.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function connected(port: number, host = "127.0.0.1"): Promise<Socket> {
  const socket = connect(port, host);
  socket.resume();
  ends.push(() => socket.destroy());
  await once(socket, "connect");
  return socket;
}

const peerOf = ({ localAddress, localPort }: Socket) => `${localAddress}:${localPort}`;
const peersOf = async (port: number, silentMs: number) =>
  (await silentLines({ port, silentMs }, program)).map(({ peer }) => peer);

describe("the connections of a port from which nothing comes", () => {
  it("are those that are silent, whatever is sent to them; who sends a byte now and then is not", async () => {
    const port = await listen("127.0.0.1");
    const pinging = await connected(port);
    every(20, () => pinging.write("p"));
    const silent = await connected(port);
    await connected(await listen("127.0.0.1"));

    await expect.poll(() => peersOf(port, 4_000), soon).toEqual([peerOf(silent)]);
    expect(new Set(await peersOf(port, 0))).toEqual(new Set([peerOf(silent), peerOf(pinging)]));
  });

  it("come with the longest silence first", async () => {
    const port = await listen("127.0.0.1");
    const first = await connected(port);
    await expect.poll(() => peersOf(port, 300), soon).toEqual([peerOf(first)]);
    const second = await connected(port);
    await expect.poll(() => peersOf(port, 100), soon).toEqual([peerOf(first), peerOf(second)]);
    const [longest, other] = await silentLines({ port, silentMs: 0 }, program);
    expect(longest?.silentMs).toBeGreaterThan(other?.silentMs ?? Number.POSITIVE_INFINITY);
  });

  it("have the address that nats-server shows, also where both families come by one listener", async () => {
    const port = await listen("::");
    const old = await connected(port);
    expect(await peersOf(port, 0)).toEqual([peerOf(old)]);
  });
});

it("fails where it cannot look", async () => {
  await expect(silentLines({ port: 1, silentMs: 0 }, `${program}-none`)).rejects.toThrow(/ENOENT/);
  await expect(silentLines({ port: 70_000, silentMs: 0 }, program)).rejects.toThrow(/usage/);
});
