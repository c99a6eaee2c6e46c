import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { charts } from "../../infra/versions.ts";
import { certificatePem, createAuthority, issueCertificate } from "../../local/authority.ts";

/**
 * The repositories of the charts, with charts of the same names and versions that hold nothing but
 * their values. The real ones bring webhooks, which nobody answers where no pod runs.
 */
export interface ChartRepositories {
  /** PEM of the authority that whoever fetches charts has to trust. */
  readonly authority: string;
  stop(): void;
}

interface Chart {
  readonly name: string;
  readonly version: string;
  readonly host: string;
}

const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

export const pinnedCharts: readonly (Chart & { readonly repository: string })[] = Object.entries(
  charts,
).map(([key, { repository, version }]) => ({
  ...{ name: kebab(key), version, repository },
  host: new URL(repository).host,
}));

/** A release of it changes when its values do. */
const template = `apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-values
data:
  values: {{ toJson .Values | quote }}
`;

function packed({ name, version }: Chart): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "sentinel-chart-"));
  try {
    mkdirSync(join(folder, name, "templates"), { recursive: true });
    const about = { apiVersion: "v2", name, version };
    writeFileSync(join(folder, name, "Chart.yaml"), stringify(about));
    writeFileSync(join(folder, name, "values.yaml"), "{}\n");
    writeFileSync(join(folder, name, "templates/values.yaml"), template);
    const { status, stderr } = spawnSync("tar", ["-czf", "chart.tgz", name], { cwd: folder });
    if (status !== 0) throw new Error(`${name} could not be packed: ${stderr}`);
    return readFileSync(join(folder, "chart.tgz"));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What each path of each host answers; every repository's index lists the charts of its host. */
function contents(): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  const indexes = new Map<string, Record<string, object[]>>();
  for (const chart of pinnedCharts) {
    const url = `${chart.repository}/${chart.name}-${chart.version}.tgz`;
    files.set(url, packed(chart));
    const entries = indexes.get(chart.repository) ?? {};
    entries[chart.name] = [
      { apiVersion: "v2", name: chart.name, version: chart.version, urls: [url] },
    ];
    indexes.set(chart.repository, entries);
  }
  for (const [repository, entries] of indexes) {
    files.set(
      `${repository}/index.yaml`,
      Buffer.from(stringify({ apiVersion: "v1", generated: new Date().toISOString(), entries })),
    );
  }
  return files;
}

/** Lets a proxy lead to the repositories, and nowhere else. */
export async function serveCharts(proxy: Server): Promise<ChartRepositories> {
  const authority = await createAuthority("MQTT Sentinel test charts");
  const hosts = [...new Set(pinnedCharts.map(({ host }) => host))];
  const { certificate, key } = await issueCertificate(authority, {
    subject: "CN=charts",
    usages: ["server"],
    hosts: hosts.map((value) => ({ type: "dns", value })),
  });
  const files = contents();
  const server = createServer({ cert: certificate, key }, ({ headers, url }, response) => {
    const file = files.get(`https://${headers.host}${url}`);
    response.writeHead(file ? 200 : 404).end(file);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  proxy.on("connect", ({ url = "" }, socket, head) => {
    // Who asked may be gone at any time: a provider that is ended is in the middle of something.
    socket.on("error", () => {});
    if (!hosts.includes(url.replace(/:443$/, ""))) {
      socket.end("HTTP/1.1 502 Not From Here\r\n\r\n");
      return;
    }
    const inner = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      inner.write(head);
      socket.pipe(inner).pipe(socket);
    });
    inner.on("error", () => socket.destroy());
  });
  return {
    authority: certificatePem(authority.certificate),
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
