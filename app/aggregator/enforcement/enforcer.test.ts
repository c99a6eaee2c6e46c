import { expect, it } from "vitest";
import type { BarOutcome } from "../../enforcement/ask-bars.ts";
import type { BarRequest } from "../../enforcement/bar.ts";
import { createLog } from "../../shared/log.ts";
import { findingOf } from "../finding.fixture.ts";
import { ClientRisks } from "./client-risks.ts";
import { Enforcer } from "./enforcer.ts";
import { whatBecameOf } from "./timeline-entry.ts";

const barOf = ({ clientId, id }: BarRequest, mode: "enforce" | "observe" = "enforce") => ({
  bar: { id, clientId, region: "us-east", mode, risk: 200, sinceMs: 0, untilMs: 60_000 },
});
const refused = (why: "limit" | "unavailable" | "unknown") => ({ refused: why, detail: "so" });

/** Two devices that are to be barred, and what auth answers to each request in turn. */
function enforcing(answers: ((request: BarRequest) => BarOutcome)[]) {
  const risks = new ClientRisks({ halfLifeMs: 60_000, barRisk: 100, limit: 10 });
  const attack = (clientId: string) =>
    risks.take(findingOf(1, { clientId, severity: "critical", time: 0 }), "m1-1", 0);
  const [asked, settled]: [string[], string[]] = [[], []];
  const state = { nowMs: 0, failures: 0 };
  const enforcer = new Enforcer({
    risks,
    ask: async (request) => {
      asked.push(request.clientId);
      return (answers.shift() ?? barOf)(request);
    },
    onSettled: ({ clientId }, outcome) => void settled.push(whatBecameOf(clientId, outcome) ?? ""),
    onFailure: () => void state.failures++,
    log: createLog("aggregator", "silent"),
    clock: () => state.nowMs,
  });
  attack("a");
  attack("b");
  const run = async () => {
    enforcer.run();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { risks, attack, enforcer, asked, settled, state, run };
}

it("asks for each bar once, and notes what became of it", async () => {
  const { asked, settled, run, risks } = enforcing([barOf, (each) => barOf(each, "observe")]);
  await run();
  await run();
  expect(asked).toEqual(["a", "b"]);
  expect(settled).toEqual([
    "a barred from all regions until 1970-01-01T00:01:00.000Z",
    "b would be barred until 1970-01-01T00:01:00.000Z if policy were enforced",
  ]);
  expect(risks.due(10)).toEqual([]);
});

it("asks again, a second later, when nobody answers", async () => {
  const { asked, settled, state, run } = enforcing([() => refused("unavailable")]);
  await run();
  await run();
  expect([asked, state.failures]).toEqual([["a"], 1]);
  state.nowMs = 1_000;
  await run();
  expect(asked).toEqual(["a", "a", "b"]);
  expect(settled).toHaveLength(2);
});

it("leaves it to people when there is no room, until the device is found again", async () => {
  const { asked, settled, state, run, attack } = enforcing([() => refused("limit")]);
  await run();
  expect(settled).toEqual(["a not barred: as many are as policy may bar"]);
  state.nowMs = 30_000;
  await run();
  expect(asked).toEqual(["a", "b"]);
  attack("a");
  await run();
  expect(asked).toEqual(["a", "b", "a"]);
});

it("changes nothing any more once it has ended", async () => {
  const { enforcer, risks, settled, run } = enforcing([]);
  enforcer.run();
  await enforcer.end();
  await run();
  expect(settled).toEqual([]);
  expect(risks.due(10)).toHaveLength(2);
});
