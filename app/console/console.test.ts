/** The process as it runs: what changes while it serves, and how it ends. */
import { randomBytes } from "node:crypto";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiClient, regionApi } from "../../test/support/api-client.ts";
import { ensureCertificates, type Region } from "../../test/support/local-region.ts";
import { connectAs, readAudit } from "../../test/support/stored.ts";
import { startTestRegion } from "../../test/support/test-region.ts";
import { apiTokenDigest, apiTokenOf } from "../contract/api-token.ts";

const soon = { timeout: 60_000, interval: 100 };
const list = "/api/v1/devices";

let region: Region;
let url: string;
beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, auths: 0 };
  region = await startTestRegion({ core: 1, edges: 0, ...none, console: true });
  url = region.endpoints.apiUrl ?? "";
});
afterAll(() => region?.stop());

async function unusableFiles(file: string): Promise<number> {
  const operations = region.endpoints.processUrls.get("console-1");
  const text = await (await fetch(`${operations}/metrics`)).text();
  const name = `sentinel_console_unusable_files_total{file="${file}"`;
  return Number(
    text
      .split("\n")
      .find((line) => line.startsWith(name))
      ?.split(" ")
      .at(-1),
  );
}

describe("the tokens file", () => {
  const token = apiTokenOf(randomBytes(32));
  const statusWith = async () =>
    (await apiClient({ url, caFile: region.certificates.caFile, token })("GET", list)).status;

  it("is read again when it changes", async () => {
    expect(await statusWith()).toBe(401);
    const entries = JSON.parse(readFileSync(region.secrets.apiTokensFile, "utf8"));
    const added = { name: "late", role: "viewer", sha256: apiTokenDigest(token) };
    writeFileSync(region.secrets.apiTokensFile, JSON.stringify([...entries, added]));

    await expect.poll(statusWith, soon).toBe(200);
  });

  it("that cannot be used is counted, and what was read before stays", async () => {
    const good = readFileSync(region.secrets.apiTokensFile, "utf8");
    writeFileSync(region.secrets.apiTokensFile, "[]");

    await expect.poll(() => unusableFiles("tokens"), soon).toBeGreaterThan(0);
    expect(await statusWith()).toBe(200);
    writeFileSync(region.secrets.apiTokensFile, good);
  });
});

it("does not start without tokens that it can use, and says which file it is", async () => {
  const managed = region.process("console-1");
  const { apiTokensFile } = region.secrets;
  const good = readFileSync(apiTokensFile, "utf8");
  await managed.stop();
  writeFileSync(apiTokensFile, '[{"name":"a","role":"root"}]');

  await expect(managed.start()).rejects.toThrow("ended with 1");
  const lastLine = readFileSync(managed.logFile, "utf8").trimEnd().split("\n").at(-1);
  expect(lastLine).toContain(`${apiTokensFile}: 0.role`);
  writeFileSync(apiTokensFile, good);
  await managed.start();
  expect((await regionApi(region, "viewer")("GET", list)).status).toBe(200);
});

describe("the certificate", () => {
  it("is read again when it is renewed, without a restart", async () => {
    const { caFile } = region.certificates;
    const renewed = await ensureCertificates(join(region.directory, "renewed"));
    const asked = (authority: string) =>
      apiClient({ url, caFile: authority })("GET", "/api/v1/openapi.json").then(
        ({ status }) => status,
        (error) => error.code,
      );
    expect(await asked(renewed.caFile)).not.toBe(200);
    const { certFile, keyFile } = region.certificates.console;
    const kept = join(region.directory, "kept");
    copyFileSync(certFile, `${kept}.pem`);
    copyFileSync(keyFile, `${kept}.key`);
    writeFileSync(certFile, "no certificate");
    await expect.poll(() => unusableFiles("certificate"), soon).toBeGreaterThan(0);
    expect(await asked(caFile)).toBe(200);
    copyFileSync(renewed.console.certFile, certFile);
    copyFileSync(renewed.console.keyFile, keyFile);

    await expect.poll(() => asked(renewed.caFile), soon).toBe(200);
    copyFileSync(`${kept}.pem`, certFile);
    copyFileSync(`${kept}.key`, keyFile);
    await expect.poll(() => asked(caFile), soon).toBe(200);
  });

  it("is shown to nobody who speaks an older TLS than 1.3", async () => {
    const { hostname: host, port } = new URL(url);
    const ca = readFileSync(region.certificates.caFile);
    const protocolOf = (maxVersion: "TLSv1.2" | "TLSv1.3") =>
      new Promise((resolve) => {
        const socket = connect({ host, port: Number(port), ca, maxVersion }, () => {
          resolve(socket.getProtocol());
          socket.destroy();
        });
        socket.on("error", () => resolve("refused"));
      });

    expect(await protocolOf("TLSv1.3")).toBe("TLSv1.3");
    expect(await protocolOf("TLSv1.2")).toBe("refused");
  });
});

it("goes on serving whoever speaks it properly after whatever bytes are thrown at its port", async () => {
  const { hostname: host, port } = new URL(url);
  const ca = readFileSync(region.certificates.caFile);
  const thrown = ["GET / HTTP/9.9\r\n\r\n", "\0".repeat(100_000), `GET /${"x".repeat(50_000)}`];
  const ended = (socket: Socket, bytes: string) =>
    new Promise<void>((resolve) => {
      socket.on("error", () => {});
      socket.on("close", () => resolve());
      socket.on("data", () => {});
      socket.end(bytes);
    });
  for (const bytes of thrown) {
    const encrypted = connect({ host, port: Number(port), ca });
    await ended(encrypted, bytes);
    await ended(createConnection({ host, port: Number(port) }), bytes);
  }

  expect((await regionApi(region, "viewer")("GET", list)).status).toBe(200);
});

it("ends with all that it changed in the audit, its chain closed, and no secret in its log", async () => {
  const operator = regionApi(region, "operator");
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      operator("POST", list, { body: { clientId: `last-${i}` } }),
    ),
  );
  const managed = region.process("console-1");
  managed.kill("SIGTERM");

  expect(await managed.exited()).toBe(0);
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
  const connection = await connectAs(region, "operator");
  const told = await readAudit<{ status?: string }>(connection, "audit.>");
  await connection.close();
  expect(told.filter((event) => event.status === "Success")).toHaveLength(20);
  expect(told.at(-1)).toMatchObject({ class_uid: 6002, activity_name: "Stop" });
  const written = readFileSync(managed.logFile, "utf8");
  expect(written).toContain('"holder":"operator"');
  for (const { body } of answers) expect(written).not.toContain(body.secret);
  expect(written).not.toContain("snt_");
});
