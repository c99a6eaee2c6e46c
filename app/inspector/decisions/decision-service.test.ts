import { afterAll, beforeAll, expect, it } from "vitest";
import { startPlainNats } from "../../../test/support/plain-nats.ts";
import { lanes } from "../../contract/lanes.ts";
import { type DecisionAsker, subjects } from "../../contract/subjects.ts";
import { createLog } from "../../shared/log.ts";
import { DecisionService, type DecisionServiceOptions } from "./decision-service.ts";

let nats: Awaited<ReturnType<typeof startPlainNats>>;
beforeAll(async () => {
  nats = await startPlainNats({});
  // What it would read and write is not there: whoever gets further than the check fails.
  const options = { nats: nats.connection, lane: lanes.alerts, log: createLog("test", "silent") };
  new DecisionService(options as unknown as DecisionServiceOptions);
  await nats.connection.flush();
});
afterAll(() => nats?.stop());

const ask = async (asker: DecisionAsker, actor: string) => {
  const request = {
    ...{ action: "release", operation: "o", actor, reason: "a test" },
    messages: [{ sequence: 1, storedAt: 1 }],
  };
  const subject = subjects.decisionRequest(lanes.alerts.origin, asker);
  const answer = await nats.connection.request(subject, JSON.stringify(request), {
    timeout: 60_000,
  });
  return answer.json<{ readonly failure?: string }>().failure;
};

it("nobody decides in the name of somebody of the other side", async () => {
  expect(await ask("operator", "api:alice")).toBe("malformed");
  expect(await ask("console", "alice")).toBe("malformed");
});

it("whoever asks in a name of their own is heard", async () => {
  expect(await ask("operator", "alice")).toBe("failed");
  expect(await ask("console", "api:alice")).toBe("failed");
});
