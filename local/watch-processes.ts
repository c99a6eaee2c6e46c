import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Receiver } from "../app/aggregator/notices/receivers.ts";
import { alertmanagerConfig } from "../infra/watch/alertmanager-config.ts";
import { bringTool } from "../tools/bring-tool.ts";
import type { ProcessSpec } from "./managed-process.ts";
import { localAlertRules, prometheusConfig } from "./watch-config.ts";

const root = join(import.meta.dirname, "..");
const host = "127.0.0.1";
const programs = join(root, ".tools/bin");

/**
 * Brings Alertmanager and Prometheus where they are not there.
 *
 * @returns why they cannot be had on this machine; undefined when they are there.
 */
export const setUpWatch = () => bringTool("watch");

const ready = (port: number) => async () => {
  const response = await fetch(`http://${host}:${port}/-/ready`);
  if (!response.ok) throw new Error((await response.text()).trim());
};

/** Writes what is JSON, which is YAML too. */
function write(directory: string, name: string, content: unknown): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, name);
  writeFileSync(file, JSON.stringify(content, null, 2), { mode: 0o600 });
  return file;
}

/** @returns the file by which an aggregator tells Alertmanager of incidents. */
export function writeReceivers(directory: string, alertmanagerUrl: string): string {
  const receiver: Receiver = { name: "alertmanager", kind: "alertmanager", url: alertmanagerUrl };
  return write(directory, "receivers.json", [receiver]);
}

/** Alertmanager with the product's own configuration, one of its kind. */
export function alertmanagerSpec(options: {
  readonly directory: string;
  readonly port: number;
  /** Who is sent its notifications; nobody, unless said. */
  readonly webhookUrl?: string;
}): ProcessSpec {
  const { directory, port, webhookUrl } = options;
  const config = write(directory, "alertmanager.json", alertmanagerConfig(webhookUrl));
  return {
    name: "alertmanager",
    command: join(programs, "alertmanager"),
    args: [
      `--config.file=${config}`,
      `--storage.path=${join(directory, "store")}`,
      `--web.listen-address=${host}:${port}`,
      "--cluster.listen-address=",
    ],
    environment: { GOMAXPROCS: "1" },
    ready: ready(port),
  };
}

/** Prometheus, which asks these processes and tells Alertmanager. */
export function prometheusSpec(options: {
  readonly directory: string;
  readonly port: number;
  readonly region: string;
  readonly alertmanagerUrl: string;
  readonly processUrls: ReadonlyMap<string, string>;
}): ProcessSpec {
  const { directory, port, ...scraped } = options;
  const rulesFile = write(directory, "rules.json", { groups: localAlertRules() });
  const config = prometheusConfig({ ...scraped, rulesFile });
  return {
    name: "prometheus",
    command: join(programs, "prometheus"),
    args: [
      `--config.file=${write(directory, "prometheus.json", config)}`,
      `--storage.tsdb.path=${join(directory, "store")}`,
      "--storage.tsdb.retention.time=1d",
      `--web.listen-address=${host}:${port}`,
    ],
    environment: { GOMAXPROCS: "1" },
    ready: ready(port),
  };
}
