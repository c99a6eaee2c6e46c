import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTestServer, type TestServer } from "../../../test/support/console-server.ts";
import { nothingTold } from "../../incidents/incident.ts";
import { loadRulePack } from "../../inspector/patterns/load-pack.ts";
import type { RuleDocument } from "../../inspector/patterns/rule.ts";

let server: TestServer;
let documents: readonly RuleDocument[];
beforeAll(async () => {
  documents = await loadRulePack(join(import.meta.dirname, "../../../rules"));
  server = await startTestServer({ documents });
});
afterAll(() => server?.stop());

const get = async (path: string) => {
  const answer = await server.api.inject({
    ...{ method: "GET", url: `/api/v1/rules${path}`, headers: server.as("viewer") },
  });
  return { status: answer.statusCode, body: answer.json() };
};

it("lists every rule of the pack, also while findings cannot be read, and says that they were not counted", async () => {
  const { body } = await get("");

  expect(body.rules.map(({ id }: { id: string }) => id)).toEqual(documents.map(({ id }) => id));
  expect(body.rules[0]).toMatchObject({
    ...{ title: documents[0]?.title, shipped: true, level: documents[0]?.level },
    incidents: { open: 0, tp: 0, fp: 0, benign: 0 },
  });
  expect(body).not.toHaveProperty("counted");
  expect(body.rules[0]).not.toHaveProperty("findings");
});

it("counts incidents by what people found them to be, of built-in checks, too", async () => {
  const [rule] = documents;
  const ids = [rule?.id ?? "", rule?.id ?? "", rule?.id ?? "", "size-outlier"];
  for (const [n, id] of ids.entries()) {
    server.incidents.take(
      {
        ...({ id: `mbx2k9q${n}-00000000`, region: "us-east", kind: "client" } as const),
        ...({ status: "new", severity: "high", title: "Incident" } as const),
        ...{ rule: { id, title: "Far too large" }, clientCount: 1, clients: ["pump-1"] },
        ...{ findings: 1, firstSeen: n, lastSeen: n, techniques: [], timeline: [] },
        ...{ evidence: { first: [], last: [] }, told: nothingTold },
        ...(n === 0 && ({ status: "closed", verdict: "fp" } as const)),
        ...(n === 1 && ({ status: "closed", verdict: "tp" } as const)),
      },
      n + 1,
    );
  }
  const { body } = await get("");

  expect(body.rules[0].incidents).toEqual({ open: 1, tp: 1, fp: 1, benign: 0 });
  expect(body.rules.at(-1)).toMatchObject({
    ...{ id: "size-outlier", title: "Far too large", shipped: false, techniques: [] },
    incidents: { open: 1, tp: 0, fp: 0, benign: 0 },
  });
  expect((await get("/size-outlier")).body).toMatchObject({ title: "Far too large" });
});

it("shows a rule with its documentation, what it finds and what it leaves alone", async () => {
  const [rule] = documents;
  const { body } = await get(`/${rule?.id}`);

  expect(body).toMatchObject({
    ...{ description: rule?.description, examples: rule?.sentinel.examples },
    ...{ falsePositives: rule?.falsepositives, condition: rule?.detection.condition },
    pack: { name: "sentinel-core" },
  });
  expect((await get("/nobody")).body).toMatchObject({ status: 404, code: "no-such-rule" });
});
