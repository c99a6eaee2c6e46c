/** A pipeline that finds nothing and one in which there is nothing to find do not look the same. */
import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { lanes } from "../../app/contract/lanes.ts";
import type { Region } from "../../local/region.ts";
import { aggregatorProcess } from "../support/aggregator-process.ts";
import { metricOf } from "../support/metric.ts";
import { type SourceProcess, sourceProcess } from "../support/source-process.ts";
import { connectAs, readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";

const canarySeconds = 2;
const soon = { timeout: 120_000, interval: 200 };
const rules = join(import.meta.dirname, "../../rules");

let region: Region;
let aggregator: SourceProcess;
let inspector: SourceProcess;

async function inspectorWith(replica: string, directory: string): Promise<SourceProcess> {
  const { secrets } = region;
  const user = lanes.reports.process;
  const started = await sourceProcess(region, {
    ...{ process: "inspector", replica },
    settings: {
      ...{ LANE: "reports", RULES_DIRECTORY: directory, ANOMALY_CLIENTS: "10000" },
      NATS_PASSWORD_FILE: secrets.passwordFile(user),
      AUDIT_KEY_FILE: secrets.auditKeyFile(user),
      AUDIT_KEYS_FILE: secrets.auditKeysFile,
    },
  });
  await started.start();
  return started;
}

beforeAll(async () => {
  const none = { bridges: 0, inspectors: 0, reportInspectors: 0 };
  region = await startTestRegion({ ...none, edges: 1, auths: 1, reportGates: true, canarySeconds });
  aggregator = await aggregatorProcess(region, "aggregator-1");
  await aggregator.start();
  inspector = await inspectorWith("report-inspector-1", rules);
});
afterAll(async () => {
  await inspector?.stop();
  await aggregator?.stop();
  await region?.stop();
});

const age = () => metricOf(aggregator, "sentinel_aggregator_canary_age_seconds");
const outcome = (name: string) =>
  metricOf(inspector, "sentinel_inspector_canaries_total", { outcome: name });
/** It gets younger only by one that is seen. */
async function seen() {
  let oldest = 0;
  await vi.waitFor(async () => {
    const now = await age();
    oldest = Math.max(oldest, now);
    expect(now).toBeLessThan(oldest);
  }, soon);
}

it("a synthetic attack is found and seen, and is no finding, no report and no incident to anybody", async () => {
  await seen();
  await vi.waitFor(async () => expect(await outcome("raised")).toBeGreaterThan(1), soon);

  expect(await outcome("missed")).toBe(0);
  const inspected = { verdict: "quarantine", origin: "device" };
  expect(await metricOf(inspector, "sentinel_inspector_inspected_messages_total", inspected)).toBe(
    0,
  );
  const grouped = { outcome: "grouped" };
  expect(await metricOf(aggregator, "sentinel_aggregator_findings_total", grouped)).toBe(0);
  const operator = await connectAs(region, "operator");
  for (const stream of ["QUARANTINE", "REPORTS", "DEAD_LETTER"]) {
    expect([stream, await readStream(operator, stream)]).toEqual([stream, []]);
  }
  expect(await readStream(operator, "INCIDENTS", "incidents.state.*")).toEqual([]);
  const [event] = await readStream(operator, "SECURITY_EVENTS");
  expect(event?.subject).toBe("events.pattern.sentinel-canary");
  await operator.close();
});

it("the alert's figure rises when the rules find it no more, and falls when they do again", async () => {
  const others = join(region.directory, "other-rules");
  for (const name of ["pack.yaml", "ics-commands.yaml", "corpora"]) {
    cpSync(join(rules, name), join(others, name), { recursive: true });
  }
  await inspector.stop();
  inspector = await inspectorWith("report-inspector-2", others);
  await vi.waitFor(async () => expect(await outcome("missed")).toBeGreaterThan(3), soon);
  // As the alert has it, of an interval that is as long as it is here.
  await vi.waitFor(async () => expect(await age()).toBeGreaterThan(3 * canarySeconds), soon);
  expect(await outcome("raised")).toBe(0);

  await inspector.stop();
  inspector = await inspectorWith("report-inspector-3", rules);
  await seen();
});
