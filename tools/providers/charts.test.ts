import { once } from "node:events";
import { createServer, request } from "node:http";
import { type AddressInfo, connect as connectPlain, type Socket } from "node:net";
import { connect } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type ChartRepositories, pinnedCharts, serveCharts } from "./charts.ts";

const proxy = createServer();
let charts: ChartRepositories;
beforeAll(async () => {
  charts = await serveCharts(proxy);
  proxy.listen(0, "127.0.0.1");
  await once(proxy, "listening");
});
afterAll(() => {
  charts.stop();
  proxy.close();
});

/** Asks the proxy for a way to a host. @returns its answer, and the way. */
async function wayTo(host: string): Promise<readonly [status: number, socket: Socket]> {
  const { port } = proxy.address() as AddressInfo;
  const asked = request({ host: "127.0.0.1", port, method: "CONNECT", path: `${host}:443` });
  asked.end();
  const [answer, socket] = await once(asked, "connect");
  return [answer.statusCode, socket];
}

async function fetched(url: string): Promise<string> {
  const { host, pathname } = new URL(url);
  const [status, socket] = await wayTo(host);
  expect(status).toBe(200);
  const secure = connect({ socket, servername: host, ca: charts.authority });
  secure.write(`GET ${pathname} HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
  const pieces: Buffer[] = [];
  for await (const piece of secure) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString("latin1");
}

it.each(
  pinnedCharts.map((chart) => [chart.name, chart] as const),
)("%s is there, in the pinned version, as from its repository", async (name, {
  repository,
  version,
}) => {
  const index = await fetched(`${repository}/index.yaml`);
  expect(index).toMatch(/^HTTP\/1\.1 200 /);
  expect(index).toContain(`${name}-${version}.tgz`);
  const chart = await fetched(`${repository}/${name}-${version}.tgz`);
  expect(chart.split("\r\n\r\n")[1]?.slice(0, 2)).toBe("\x1f\x8b");
  expect(await fetched(`${repository}/${name}-0.0.1.tgz`)).toMatch(/^HTTP\/1\.1 404 /);
});

it("who leaves in the middle of asking ends nothing here", async () => {
  for (const host of ["example.com", pinnedCharts[0]?.host ?? ""]) {
    const { port } = proxy.address() as AddressInfo;
    const gone = connectPlain(port, "127.0.0.1");
    await once(gone, "connect");
    gone.write(`CONNECT ${host}:443 HTTP/1.1\r\nHost: ${host}:443\r\n\r\n`);
    await once(proxy, "connect");
    gone.resetAndDestroy();
  }
  expect(await fetched(`${pinnedCharts[0]?.repository}/index.yaml`)).toMatch(/^HTTP\/1\.1 200 /);
});

it("leads nowhere else", async () => {
  const [status, socket] = await wayTo("example.com");
  socket.destroy();
  expect(status).toBe(502);
});
