/** What an export of all findings takes of memory and time: by `sentinel`, and by the console's API. */
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import Table from "cli-table3";
import { Command } from "commander";
import { startSentinel } from "../app/cli/sentinel.fixture.ts";
import { whole } from "../local/view/format.ts";
import { storeFindings } from "../test/support/findings.ts";
import { connectAs } from "../test/support/stored.ts";
import { startTestRegion } from "../test/support/test-region.ts";
import { count } from "./count-argument.ts";
import { watchMachine } from "./machine.ts";

const options = new Command("node bench/findings-export.ts")
  .description("Memory and time of an export of all findings, by sentinel and by the API.")
  .option("--findings <n>", "findings that are stored", count, 1_000_000)
  .option("--json <file>", "where the figures go", "bench/findings-export-results.json")
  .parse()
  .opts<{ findings: number; json: string }>();
const { findings } = options;
const clients = 1_000;
const progress = (line: string) => process.stderr.write(`\x1b[2m[bench]\x1b[0m ${line}\n`);

/** The most that a process has had in memory so far, in MB. */
function peakMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024);
}

interface Exported {
  readonly way: string;
  readonly format: string;
  readonly lines: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Of the process that reads, before and at most meanwhile. */
  readonly beforeMb: number;
  readonly peakMb: number;
}

async function measure(
  of: Pick<Exported, "way" | "format">,
  { stream, pid }: { readonly stream: Readable; readonly pid: number },
): Promise<Exported> {
  const [fromMs, beforeMb] = [performance.now(), peakMb(pid)];
  let [lines, bytes, most] = [0, 0, 0];
  const watching = setInterval(() => {
    most = Math.max(most, peakMb(pid));
  }, 200);
  try {
    for await (const line of createInterface({ input: stream })) {
      lines++;
      bytes += Buffer.byteLength(line) + 1;
    }
  } finally {
    clearInterval(watching);
  }
  const seconds = (performance.now() - fromMs) / 1_000;
  return { ...of, lines, bytes, seconds, beforeMb, peakMb: most };
}

const region = await startTestRegion({
  ...{ core: 1, edges: 0, bridges: 0, inspectors: 0, auths: 1, console: true },
});
try {
  const inspector = await connectAs(region, "inspector");
  const batch = 10_000;
  for (let n = 0; n < findings; n += batch) {
    const some = Array.from(
      { length: Math.min(batch, findings - n) },
      (_, i) => `pump-${i % clients}`,
    );
    await storeFindings(inspector, some, { name: `bench-${n}` });
    if (n % (10 * batch) === 0) progress(`${whole(n + some.length)} findings stored`);
  }
  await inspector.close();
  const settings = {
    NATS_SERVERS: region.endpoints.natsServers.join(","),
    NATS_CA_FILE: region.certificates.caFile,
    OPERATOR_PASSWORD_FILE: region.secrets.passwordFile("operator"),
  };
  const machine = watchMachine();
  const results: Exported[] = [];
  for (const format of ["csv", "ndjson"]) {
    const { child } = startSentinel(["findings", "export", "--format", format], settings);
    child.stdin.end();
    const reading = { stream: child.stdout, pid: child.pid ?? 0 };
    results.push(await measure({ way: "sentinel findings export", format }, reading));
    const curl = spawn(
      "curl",
      [
        ...["--silent", "--fail", "--cacert", region.certificates.caFile, "--config", "-"],
        `${region.endpoints.apiUrl}/api/v1/findings?format=${format}`,
      ],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    const token = readFileSync(region.secrets.apiTokenFile("viewer"), "utf8").trim();
    curl.stdin.end(`header = "authorization: Bearer ${token}"\n`);
    const console = region.process("console-1").pid ?? 0;
    results.push(
      await measure({ way: "GET /api/v1/findings", format }, { stream: curl.stdout, pid: console }),
    );
  }
  const table = new Table({
    head: ["", "format", "lines", "MB", "s", "findings/s", "MB before", "MB at most"],
  });
  for (const { way, format, lines, bytes, seconds, ...memory } of results) {
    table.push([
      ...[
        way,
        format,
        whole(lines),
        whole(bytes / 1e6),
        seconds.toFixed(1),
        whole(lines / seconds),
      ],
      ...[whole(memory.beforeMb), whole(memory.peakMb)],
    ]);
  }
  process.stdout.write(`${table}\n`);
  const report = { date: new Date().toISOString(), findings, machine: machine(), results };
  writeFileSync(options.json, `${JSON.stringify(report, null, 2)}\n`);
} finally {
  await region.stop();
}
