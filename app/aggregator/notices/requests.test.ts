import { createHmac } from "node:crypto";
import { expect, it } from "vitest";
import type { Notice } from "../../incidents/notice.ts";
import { findingOf } from "../finding.fixture.ts";
import { opened } from "../grouping/incident-steps.ts";
import { requestOf } from "./requests.ts";

const key = Buffer.alloc(32, 7);
const hook = {
  ...({ name: "desk", kind: "webhook", url: "https://desk.example.com/hook" } as const),
  secret: `whsec_${key.toString("base64")}`,
} as const;
const manager = { name: "am", kind: "alertmanager", url: "https://am.example.com/" } as const;
const now = Date.UTC(2026, 0, 2, 3, 4, 5);
const incident = opened(findingOf(1, { time: now }), {
  ...{ id: "mbx2k9q1-00000000", region: "us-east", kind: "client", nowMs: now, what: "opened" },
});
const notice: Notice = { number: 3, kind: "opened", time: now, incident };

it("signs a webhook by Standard Webhooks: id, time of the attempt and body", () => {
  const { url, headers, body } = requestOf(hook, notice, now + 9_900);
  const id = "mbx2k9q1-00000000.3";
  const time = String(now / 1_000 + 9);
  const signature = createHmac("sha256", key).update(`${id}.${time}.${body}`).digest("base64");
  expect(url).toBe(hook.url);
  expect(headers).toEqual({
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": time,
    "webhook-signature": `v1,${signature}`,
  });
  expect(JSON.parse(body)).toMatchObject({
    type: "incident.opened",
    timestamp: "2026-01-02T03:04:05.000Z",
    data: { id: incident.id, title: "Command injection: pump-1", findings: 1 },
  });
});

const alertsIn = ({ body }: { body: string }) =>
  JSON.parse(body).map((alert: { labels: { severity: string }; endsAt: string }) => [
    alert.labels.severity,
    Date.parse(alert.endsAt) > now,
  ]);

it("tells Alertmanager what fires, and what is over", () => {
  const request = requestOf(manager, notice, now);
  expect(request.url).toBe("https://am.example.com/api/v2/alerts");
  expect(alertsIn(request)).toEqual([["high", true]]);
  expect(alertsIn(requestOf(manager, { ...notice, kind: "resolved" }, now))).toEqual([
    ["high", false],
  ]);
});

it("ends the alert of the severity before when it is another one", () => {
  const raised = { ...notice, kind: "raised", toldSeverity: "low" } as const;
  expect(alertsIn(requestOf(manager, raised, now))).toEqual([
    ["low", false],
    ["high", true],
  ]);
});
