/** Findings become incidents, counted exactly whatever dies meanwhile. */
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { sentinel } from "../../app/cli/sentinel.fixture.ts";
import type { Incident } from "../../app/incidents/incident.ts";
import { parseIncident } from "../../app/incidents/incident-finding.ts";
import type { NatsConnection } from "../../app/shared/nats.ts";
import type { Region } from "../../local/region.ts";
import { aggregatorProcess } from "../support/aggregator-process.ts";
import { type Alertmanager, alertmanagerBeside, noAlertmanager } from "../support/alertmanager.ts";
import { type ApiClient, regionApi } from "../support/api-client.ts";
import { Connections } from "../support/connections.ts";
import { storeFindings } from "../support/findings.ts";
import { metricOf } from "../support/metric.ts";
import {
  type NoticeReceiver,
  startNoticeReceiver,
  webhookSecret,
  writeReceivers,
} from "../support/notice-receiver.ts";
import { readStream } from "../support/stored.ts";
import { startTestRegion } from "../support/test-region.ts";
import { exceptionCases } from "./incidents/exception-cases.ts";
import { noticeCases } from "./incidents/notice-cases.ts";

const soon = { timeout: 120_000, interval: 100 };

let region: Region;
let as: Record<"viewer" | "operator", ApiClient>;
let settings: Record<string, string>;
let connections: Connections;
let operator: NatsConnection;
let inspector: NatsConnection;
let first: Awaited<ReturnType<typeof aggregatorProcess>>;
let hook: NoticeReceiver;
let manager: Alertmanager;
let pager: NoticeReceiver;
let second: Awaited<ReturnType<typeof aggregatorProcess>>;

beforeAll(async () => {
  const none = { edges: 0, bridges: 0, inspectors: 0, auths: 1 };
  region = await startTestRegion({ core: 3, ...none, console: true });
  as = { viewer: regionApi(region, "viewer"), operator: regionApi(region, "operator") };
  settings = operatorSettings(region);
  connections = new Connections(region);
  operator = await connections.as("operator");
  inspector = await connections.as("report-inspector");
  hook = await startNoticeReceiver();
  pager = await startNoticeReceiver();
  manager = await alertmanagerBeside(region, pager.url);
  if (!noAlertmanager) await manager.start();
  const desk = { name: "desk", url: `${hook.url}/hook`, secret: webhookSecret } as const;
  const receivers = writeReceivers(region.directory, [
    { kind: "webhook", ...desk },
    { kind: "alertmanager", name: "alertmanager", url: manager.url },
  ]);
  first = await aggregatorProcess(region, "aggregator-1", { RECEIVERS_FILE: receivers });
  second = await aggregatorProcess(region, "aggregator-2", { RECEIVERS_FILE: receivers });
});
afterAll(async () => {
  await Promise.all([first?.stop(), second?.stop()]);
  await Promise.all([hook?.stop(), manager?.stop(), pager?.stop()]);
  await connections?.close();
  await region?.stop();
});

/** Those that a list shows: without parts of campaigns. */
async function incidents(): Promise<Incident[]> {
  const stored = await readStream(operator, "INCIDENTS", "incidents.state.*");
  return stored
    .flatMap(({ payload }) => parseIncident(Buffer.from(payload)) ?? [])
    .filter(({ mergedInto }) => mergedInto === undefined);
}
/** What the command line needs to speak with the region. */
const operatorSettings = ({ endpoints, certificates, secrets }: Region) => ({
  NATS_SERVERS: endpoints.natsServers.join(","),
  NATS_CA_FILE: certificates.caFile,
  OPERATOR_PASSWORD_FILE: secrets.passwordFile("operator"),
  AUDIT_KEY_FILE: secrets.auditKeyFile("operator"),
  SENTINEL_OPERATOR: "ann",
});
const findingsOf = (all: readonly Incident[]) => all.reduce((sum, each) => sum + each.findings, 0);

it("makes two incidents of 10,000 findings of one device and one each of 500, killed in the middle, and again by the standby", async () => {
  const loud = Array.from({ length: 10_000 }, () => "pump-7");
  const many = Array.from({ length: 500 }, (_, n) => `valve-${n}`);
  const mixed = loud.flatMap((each, n) => (n % 20 === 0 ? [each, many[n / 20] ?? ""] : [each]));
  await first.start();
  await vi.waitFor(async () => {
    expect(await metricOf(first, "sentinel_aggregator_active")).toBe(1);
  }, soon);
  await second.start();
  const before = Date.now();
  const storing = storeFindings(inspector, mixed, { name: "mixed" });
  const reach = async (count: number) =>
    vi.waitFor(async () => expect(findingsOf(await incidents())).toBeGreaterThan(count), soon);

  await reach(1_000);
  first.kill("SIGKILL");
  await first.exited();
  // By the same one, which is back before its turn is over.
  await first.start();
  await reach(4_000);
  first.kill("SIGKILL");
  await first.exited();
  await storing;
  await vi.waitFor(async () => expect(findingsOf(await incidents())).toBe(10_500), soon);

  const all = await incidents();
  expect(await metricOf(second, "sentinel_aggregator_active")).toBe(1);
  const told = all.map(({ kind, findings, clientCount, clients }) => ({
    ...{ kind, findings, clientCount, loud: clients.includes("pump-7") },
  }));
  expect(told.toSorted((a, b) => a.findings - b.findings)).toEqual([
    { kind: "campaign", findings: 500, clientCount: 500, loud: false },
    { kind: "client", findings: 10_000, clientCount: 1, loud: true },
  ]);
  for (const { firstSeen, lastSeen } of all) {
    expect(firstSeen).toBeGreaterThanOrEqual(before);
    expect(lastSeen).toBeGreaterThan(firstSeen);
  }
});

describe("an incident", () => {
  const path = "/api/v1/incidents";
  const listed = async (query = "") => {
    const { status, body } = await as.viewer("GET", `${path}${query}`);
    expect(status).toBe(200);
    return body.incidents;
  };
  const one = async (client: string) => {
    await storeFindings(inspector, [client, client, client], { name: client });
    await vi.waitFor(async () => {
      const [incident] = await listed(`?client=${client}&status=new`);
      expect(incident?.findings).toBe(3);
    }, soon);
    const [incident] = await listed(`?client=${client}`);
    return incident.id as string;
  };

  beforeAll(() => storedNothingElse());
  /** The campaign of the other test must not take what is found here. */
  async function storedNothingElse() {
    for (const { id } of await incidents()) {
      await as.operator("POST", `${path}/${id}/close`, { body: { verdict: "tp", note: "done" } });
    }
  }

  it("is listed and shown by the API, assigned and closed there, and the next finding is another", async () => {
    const id = await one("drill-1");
    const shown = await as.viewer("GET", `${path}/${id}`);
    expect(shown.body).toMatchObject({
      ...{ id, region: "local", kind: "client", status: "new", severity: "high", findings: 3 },
      ...{ title: "Command injection: drill-1", clients: ["drill-1"], techniques: ["T1059"] },
      rule: { id: "command-injection", title: "Command injection" },
    });
    expect(shown.body.evidence).toHaveLength(3);
    expect(shown.body.evidence[0].excerpt).toContain("rm -rf");

    const denied = await as.viewer("POST", `${path}/${id}/assign`, { body: { assignee: "bob" } });
    expect(denied.status).toBe(403);
    const assigned = await as.operator("POST", `${path}/${id}/assign`, {
      body: { assignee: "bob" },
    });
    expect(assigned.body).toMatchObject({ status: "in_progress", assignee: "bob" });
    const closing = { body: { verdict: "benign", note: "a drill" } };
    const closed = await as.operator("POST", `${path}/${id}/close`, closing);
    expect(closed.body).toMatchObject({ status: "closed", verdict: "benign", note: "a drill" });
    expect(closed.body.timeline.map((each: { what: string }) => each.what)).toEqual([
      expect.stringContaining("opened by"),
      "assigned to bob",
      "closed as benign",
    ]);
    await vi.waitFor(async () => {
      expect((await listed("?client=drill-1&status=closed"))[0]?.id).toBe(id);
    }, soon);

    await storeFindings(inspector, ["drill-1"], { name: "again" });
    await vi.waitFor(async () => {
      expect((await listed("?client=drill-1&status=new"))[0]?.findings).toBe(1);
    }, soon);
  });

  it("that is not there, is closed or cannot be changed now, is a problem that says so", async () => {
    const id = await one("drill-2");
    const unknown = await as.viewer("GET", `${path}/00000000-00000000`);
    expect([unknown.status, unknown.body.code]).toEqual([404, "no-such-incident"]);
    expect((await as.viewer("GET", `${path}/nonsense`)).status).toBe(400);
    const closing = { body: { verdict: "tp", note: "" } };
    expect((await as.operator("POST", `${path}/${id}/close`, closing)).status).toBe(200);
    const late = await as.operator("POST", `${path}/${id}/assign`, { body: { assignee: "bob" } });
    expect([late.status, late.body.code]).toEqual([409, "incident-closed"]);
    await second.stop();
    const away = await as.operator("POST", `${path}/${id}/close`, closing);
    expect([away.status, away.body.code]).toEqual([503, "incidents-unavailable"]);
    await second.start();
  });

  it("is listed, shown, assigned, closed and exported by the command line", async () => {
    const id = await one("drill-3");
    const run = async (...args: string[]) => {
      const { code, stdout, stderr } = await sentinel(["incidents", ...args], settings);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return stdout;
    };
    expect(await run("list", "--client", "drill-3")).toContain(`${id}  high`);
    expect(JSON.parse(await run("list", "--json", "--client", "drill-3"))).toMatchObject({ id });
    expect(await run("assign", id, "--to", "bob")).toContain("in_progress");
    expect(await run("close", id, "--verdict", "fp", "--note", "=1+2 test bench")).toContain("fp");
    const shown = await run("show", id);
    expect(shown).toContain("ann: closed as fp - =1+2 test bench");
    expect(shown).toContain("drill-3");
    const [head = "", row = "", ...others] = (await run("export", "--client", "drill-3"))
      .trimEnd()
      .split("\n");
    const cells = row.split(",");
    const cell = (name: string) => cells[head.split(",").indexOf(name)];
    expect(others).toEqual([]);
    expect([cell("id"), cell("verdict"), cell("clients")]).toEqual([id, "fp", "drill-3"]);
    // No formula to a spreadsheet.
    expect(cell("note")).toBe("'=1+2 test bench");
    const lines = await run("export", "--format", "ndjson", "--client", "drill-3", "--since", "1d");
    expect(JSON.parse(lines)).toMatchObject({ id, note: "=1+2 test bench" });
    expect(await run("export", "--client", "nobody")).toBe(`${head}\n`);
    const found = ["findings", "export", "--client", "drill-3", "--format", "ndjson"];
    const each = (await sentinel(found, settings)).stdout.trimEnd().split("\n");
    expect(each.map((line) => JSON.parse(line).clientId)).toEqual(Array(3).fill("drill-3"));
    const wrong = await sentinel(["incidents", "close", id, "--verdict", "no"], settings);
    expect(wrong.code).toBe(2);
  });
});

describe("who is told", () => {
  noticeCases(() => ({
    ...{ operator: as.operator, inspector, aggregator: second, hook, manager, pager, incidents },
  }));
});

describe("what is not to be seen to", () => {
  exceptionCases(() => ({ as, operator, inspector, aggregator: second, hook, settings }));
});
