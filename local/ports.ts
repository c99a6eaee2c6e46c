import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";

/**
 * Ports lie below those that the system gives to outgoing connections (from 32,768 on): a server
 * that was killed finds its port free when it comes back. `fetch` refuses 10,080.
 */
const [first, last] = [10_081, 20_999];
/** So far above each port is its guard. */
const guardDistance = 11_000;

/** Listening, and thereby taken by this process until it ends. Nobody ever connects. */
const guards = new Set<Server>();

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen(port, "127.0.0.1", () => resolve(server.unref()));
  });
}

const close = (server: Server) => new Promise((done) => server.close(done));

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (!server) return false;
  await close(server);
  return true;
}

/** Takes a port for this process, against every other that looks for ports here. */
async function take(port: number): Promise<boolean> {
  const guard = await listen(port + guardDistance);
  if (!guard) return false;
  if (await isFree(port)) {
    guards.add(guard);
    return true;
  }
  await close(guard);
  return false;
}

/**
 * Finds `count` TCP ports on loopback: the ones from `base` on, or any. The latter are this
 * process's own until it ends, whether something listens on them or not.
 *
 * @throws Error naming the first port that is taken.
 */
export async function findPorts(count: number, base?: number): Promise<number[]> {
  if (base !== undefined) return fixedPorts(count, base);
  const ports: number[] = [];
  let candidate = randomInt(first, last + 1);
  for (let tries = 0; ports.length < count; tries++) {
    if (tries > last - first)
      throw new Error(`no ${count} ports are free from ${first} to ${last}`);
    if (await take(candidate)) ports.push(candidate);
    candidate = candidate === last ? first : candidate + 1;
  }
  return ports;
}

async function fixedPorts(count: number, base: number): Promise<number[]> {
  const ports = Array.from({ length: count }, (_, index) => base + index);
  for (const port of ports) {
    if (await isFree(port)) continue;
    throw new Error(`port ${port} is taken; choose another --base-port or leave it out`);
  }
  return ports;
}
