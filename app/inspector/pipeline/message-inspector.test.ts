import { pino } from "pino";
import { Registry } from "prom-client";
import { expect, it } from "vitest";
import { lanes } from "../../contract/lanes.ts";
import { createInspectorMetrics } from "../inspector-metrics.ts";
import { MatchFailed } from "../patterns/matcher.ts";
import { ClientBaselines } from "./anomaly/client-baselines.ts";
import { HeldMessages } from "./held-messages.ts";
import { createMessageInspector } from "./message-inspector.ts";
import { Recipients } from "./recipients.ts";
import { type Stage, stages } from "./stages.ts";

/** What is stored of one message whose rules always fail, and what is counted and logged. */
async function inspectedWith(
  match: () => never | Promise<never>,
  subject: string,
  { canary = false, own = {}, also = [] as readonly Stage[] } = {},
) {
  const registry = new Registry();
  const metrics = createInspectorMetrics(registry);
  const lines: string[] = [];
  const stored: string[] = [];
  const handle = createMessageInspector({
    lane: subject.includes("upstream") ? lanes.alerts : lanes.reports,
    publisher: {
      publish: (to) => {
        stored.push(to);
        return Promise.resolve({ stream: "S", seq: 1, duplicate: false, domain: "" });
      },
    },
    ...{
      sender: undefined,
      stages: [...also, ...stages],
      metrics,
      held: new HeldMessages(() => 0),
    },
    // Its lease begins with nothing in doubt.
    decided: { begin: () => {}, settle: ({ outputs }) => Promise.resolve(outputs) },
    state: { rules: { version: "v", size: 1, match }, baselines: new ClientBaselines(10, 1) },
    recipients: new Recipients({
      query: (ids) => Promise.resolve(Object.fromEntries(ids.map((id) => [id, "active"]))),
      ...{ onFailure: () => {}, onUnverified: () => {}, clock: () => 0 },
    }),
    log: pino({}, { write: (line) => void lines.push(line) }),
  });
  const source = {
    ...{ subject, payload: Buffer.from("%41"), sequence: 7, storedMs: Date.now(), canary },
    ...{ messageId: undefined, received: undefined, qos: 1, ...own },
  };
  const signal = new AbortController().signal;
  const lease = { partition: 3, inDoubtUpTo: 0, signal, held: () => true, keepsSent: false };
  await handle(source, lease);
  const counted = await metrics.budgetExceeded.get();
  const sum = counted.values.reduce((total, { value }) => total + value, 0);
  return { stored, sum, log: lines.join("") };
}

it.each([
  [
    "throws",
    () => {
      throw new MatchFailed("engine", "offset is out of bounds");
    },
  ],
  ["fails in its thread", () => Promise.reject(new MatchFailed("engine", "out of memory"))],
  [
    "throws what nobody has thought of",
    () => {
      throw new RangeError("surprise");
    },
  ],
])("ends with a message whose engine %s: it stops nobody's line", async (_how, match) => {
  const report = await inspectedWith(match, "ingress.3.device.pump-7");
  expect(report.stored).toContainEqual(expect.stringMatching(/^quarantine\./));
  expect(report.stored).not.toContainEqual(expect.stringMatching(/^reports?\./));
  expect(report.sum).toBe(1);
  expect(report.log).toContain("message judged without the stage that failed");

  const alert = await inspectedWith(match, "ingress.3.upstream.pump-7");
  expect(alert.stored).not.toContainEqual(expect.stringMatching(/^quarantine\./));
  expect(alert.stored.length).toBeGreaterThan(1);
  expect(alert.sum).toBe(1);
});

it("takes no failure for a canary that was found", async () => {
  const fail = () => Promise.reject(new MatchFailed("engine", "out of memory"));
  const { stored } = await inspectedWith(fail, "ingress.3.device.pump-7", { canary: true });
  expect(stored).toEqual([]);
});

it("judges a signature by when a bridge took the alert, and by when it was stored", async () => {
  const seen: unknown[] = [];
  const look: Stage = {
    name: "signature-verification",
    find: ({ signed }) => {
      seen.push(signed);
      return [];
    },
  };
  const fail = () => Promise.reject(new MatchFailed("engine", "out of memory"));
  const own = { signature: "v1", messageId: "id", received: "1000", storedMs: 9_000.5 };
  await inspectedWith(fail, "ingress.3.upstream.pump-7", { own, also: [look] });
  expect(seen).toEqual([{ signature: "v1", messageId: "id", takenMs: 1_000, storedMs: 9_000.5 }]);
});
