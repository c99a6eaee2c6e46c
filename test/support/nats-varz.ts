import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { findPorts } from "../../local/ports.ts";

type Json = { readonly [name: string]: unknown };

/** Every number in an object, under the path to it: as the exporter names its metrics. */
function numbersIn(object: Json, path = ""): readonly string[] {
  return Object.entries(object).flatMap(([key, value]) => {
    const name = path === "" ? key : `${path}_${key}`;
    if (typeof value === "number") return name;
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? numbersIn(value as Json, name)
      : [];
  });
}

/** Names of the `gnatsd_varz_*` that come of a real nats-server with JetStream. */
export async function varzMetricNames(): Promise<ReadonlySet<string>> {
  const store = mkdtempSync(join(tmpdir(), "sentinel-varz-"));
  const [port, monitorPort] = await findPorts(2);
  const server = spawn(
    "nats-server",
    ["-a", "127.0.0.1", "-p", `${port}`, "-m", `${monitorPort}`, "-js", "-sd", store],
    { stdio: "ignore" },
  );
  try {
    const varz = await answerOf(`http://127.0.0.1:${monitorPort}/varz`);
    return new Set(numbersIn(varz).map((name) => `gnatsd_varz_${name}`));
  } finally {
    const gone = once(server, "exit");
    server.kill();
    await gone;
    rmSync(store, { recursive: true });
  }
}

/** Asks until there is an answer: for as long as the test's own time limit. */
async function answerOf(url: string): Promise<Json> {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response) return (await response.json()) as Json;
    await delay(20);
  }
}
