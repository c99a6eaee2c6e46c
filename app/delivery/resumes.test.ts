import { createHash } from "node:crypto";
import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createLog } from "../shared/log.ts";
import { storedAlerts } from "./alerts.fixture.ts";
import { CatchUp, type Subscribed } from "./catch-up.ts";
import { createDeliveryMetrics } from "./delivery-metrics.ts";
import type { LastSeen } from "./last-seen.ts";
import { Resumes } from "./resumes.ts";

const free = { take: async () => {} };
const sources = [storedAlerts(["A", "B", "C"])];
const hash = (payload: string) => createHash("sha256").update(payload).digest("hex");

let got: string[];
let known: LastSeen;
let abandoned: number;
let resumes: Resumes;
beforeEach(() => {
  vi.useFakeTimers();
  [got, known, abandoned] = [[], { since: 0 }, 0];
  const line = {
    send: (_: string, payload: Uint8Array) => void got.push(`${Buffer.from(payload)}`),
    sendIfHeard: async () => true,
    flush: async () => {},
  };
  resumes = new Resumes({
    catchUps: {
      abandon: () => abandoned++,
      create: (subscribed: Subscribed) =>
        new CatchUp(subscribed, {
          ...{ sources, line, allowance: free, ownAllowance: free, onSent: () => {} },
        }),
      inTurn: (read) => read(),
    },
    sources,
    store: {
      read: async () => known,
      write: async (_, seen) => {
        known = seen;
      },
    },
    ...{ line, kept: { since: async () => 0 }, log: createLog("test", "silent") },
    metrics: createDeliveryMetrics(new Registry()),
    interruptions: () => 0,
  });
});
afterEach(() => {
  vi.useRealTimers();
});

async function ask(request: object): Promise<void> {
  got = [];
  const answered = resumes.answer("pump-7", Buffer.from(JSON.stringify(request)));
  await vi.advanceTimersByTimeAsync(4_000);
  await answered;
}
const refusal = () => got.map((each) => JSON.parse(each).refused);

it("sends what is behind the last alert, whose name proves nothing of those before", async () => {
  await ask({ last: hash("B") });
  expect(got).toEqual(["C", expect.stringContaining("complete")]);
  expect(known).toMatchObject({ since: 0, caughtUp: {} });
  expect(abandoned).toBe(1);
});

it("does not end the sending of what a device missed by a refusal", async () => {
  for (const wrong of [{}, { since: "2999-01-01T00:00:00Z" }, { last: hash("D") }])
    await ask(wrong);
  expect(refusal()).toEqual(["unknown-alert"]);
  expect(abandoned).toBe(0);
});

it("reads for a device once in half a minute, or when it has come again", async () => {
  const answers: string[] = [];
  const askAgain = async () => {
    await ask({ last: hash("D") });
    answers.push(refusal()[0]);
  };
  await askAgain();
  await askAgain();
  resumes.abandon("pump-7");
  await askAgain();
  await vi.advanceTimersByTimeAsync(30_000);
  await askAgain();
  expect(answers).toEqual(["unknown-alert", "busy", "unknown-alert", "unknown-alert"]);
});
