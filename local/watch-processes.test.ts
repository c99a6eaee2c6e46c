import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ManagedProcess } from "./managed-process.ts";
import { findPorts } from "./ports.ts";
import { alertmanagerSpec, prometheusSpec, setUpWatch } from "./watch-processes.ts";

const missing = setUpWatch();
if (missing) console.warn(missing);

describe.skipIf(missing)("what watches a region", () => {
  const soon = { timeout: 60_000, interval: 100 };
  const directory = mkdtempSync(join(tmpdir(), "sentinel-watch-"));
  const processes: ManagedProcess[] = [];
  let prometheusUrl: string;
  let alertmanagerUrl: string;
  beforeAll(async () => {
    const [am = 0, prometheus = 0, nobody = 0] = await findPorts(3);
    prometheusUrl = `http://127.0.0.1:${prometheus}`;
    alertmanagerUrl = `http://127.0.0.1:${am}`;
    const processUrls = new Map([["bridge-1", `http://127.0.0.1:${nobody}`]]);
    const specs = [
      alertmanagerSpec({ directory: join(directory, "alertmanager"), port: am }),
      prometheusSpec({
        ...{ directory: join(directory, "prometheus"), port: prometheus },
        ...{ region: "local", alertmanagerUrl, processUrls },
      }),
    ];
    for (const spec of specs) {
      const each = new ManagedProcess(spec, join(directory, "logs"));
      processes.push(each);
      await each.start();
    }
  });
  afterAll(async () => {
    await Promise.all(processes.map((each) => each.stop()));
    rmSync(directory, { recursive: true });
  });
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into it
  const ask = async (path: string): Promise<any> =>
    ((await (await fetch(`${prometheusUrl}/api/v1/${path}`)).json()) as { data: unknown }).data;

  it("is Prometheus, with the product's rules and each process to ask", async () => {
    const { groups } = await ask("rules");
    const rules = groups.flatMap((group: { rules: { name: string }[] }) => group.rules);
    expect(rules.map(({ name }: { name: string }) => name)).toContain("SentinelBridgeDown");
    await expect
      .poll(async () => (await ask("targets")).activeTargets.map(labelsOf), soon)
      .toEqual([expect.objectContaining({ job: "bridge", pod: "bridge-1" })]);
  });

  it("tells Alertmanager what fires", async () => {
    await expect
      .poll(async () => (await ask("alertmanagers")).activeAlertmanagers, soon)
      .toEqual([{ url: `${alertmanagerUrl}/api/v2/alerts` }]);
  });
});

const labelsOf = ({ labels }: { labels: object }) => labels;
