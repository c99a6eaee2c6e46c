import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";
import { storeFindings } from "../../../test/support/findings.ts";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { storedFindings } from "../../incidents/stored-findings.ts";

let nats: Awaited<ReturnType<typeof startPlainNats>>;
let server: TestServer;
/** More than one batch of what is read at once. */
const many = 2_500;

beforeAll(async () => {
  nats = await startPlainNats({ SECURITY_EVENTS: ["events.*.*"] });
  server = await startTestServer({ nats: nats.connection });
  const clients = Array.from({ length: many }, (_, n) => `pump-${n % 10}`);
  await storeFindings(nats.connection, clients, { name: "many" });
  await storeFindings(nats.connection, ["valve-1"], {
    ...{ name: "one", rule: "formula", level: "critical" },
    payload: '=HYPERLINK("http://203.0.113.9","a\u001b[31m, b")',
  });
});
afterAll(async () => {
  await server?.stop();
  await nats?.stop();
});

const exported = async (query: string) => {
  const url = `/api/v1/findings?${query}`;
  const { statusCode, headers, body } = await server.api.inject({
    url,
    headers: server.as("viewer"),
  });
  return { statusCode, headers, lines: body.trimEnd().split("\n") };
};

it("exports every finding once, in order, whatever the page of a reading is", async () => {
  const { statusCode, headers, lines } = await exported("format=ndjson");

  expect([statusCode, headers["content-type"]]).toEqual([200, "application/x-ndjson"]);
  const sequences = lines.map((line) => JSON.parse(line).sequence);
  expect(sequences).toEqual(Array.from({ length: many + 1 }, (_, n) => n + 1));
});

it("exports what is asked for as a table that is no formula, and says what was asked for", async () => {
  const { headers, lines } = await exported("severity=critical&client=valve-1");

  const [head = "", row = "", ...others] = lines;
  expect(others).toEqual([]);
  expect(head).toBe(
    "time,id,sequence,class,rule,title,severity,client,origin,quoted,techniques,excerpt",
  );
  expect(row).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z,one-0:pattern,/);
  expect(row).toContain(",formula,Command injection,critical,valve-1,device,,T1059,");
  expect(row).toContain(`"'=HYPERLINK(""http://203.0.113.9""`);
  expect(row).not.toContain("\u001b");
  expect(headers["content-disposition"]).toMatch(/^attachment; filename="findings-.+Z\.csv"$/);
  expect(JSON.parse(String(headers["x-sentinel-export"]))).toMatchObject({
    ...{ severity: "critical", client: "valve-1", at: expect.stringMatching(/Z$/) },
  });
});

it("says what was asked for in any script", async () => {
  const { statusCode, headers } = await exported(`rule=${encodeURIComponent("\u2603 \u00e9")}`);
  expect(statusCode).toBe(200);
  expect(JSON.parse(String(headers["x-sentinel-export"]))).toMatchObject({ rule: "\u2603 \u00e9" });
});

it("has no finding of before or after the times that are asked for", async () => {
  const { lines } = await exported(`since=${new Date(Date.now() + 60_000).toISOString()}`);
  expect(lines).toHaveLength(1);
  const before = await exported("format=ndjson&until=2020-01-01T00:00:00Z");
  expect(before.lines).toEqual([""]);
});

it("makes room for another export when one has ended", async () => {
  for (let n = 0; n < 5; n++) expect((await exported("client=nobody")).statusCode).toBe(200);
});

it("ends at once while nothing was found yet", async () => {
  const empty = await startPlainNats({ SECURITY_EVENTS: ["events.*.*"] });
  const findings: unknown[] = [];
  for await (const finding of storedFindings(empty.connection, {})) findings.push(finding);
  expect(findings).toEqual([]);
  await empty.stop();
});
