import { createHmac } from "node:crypto";
import { type IncidentSeverity, incidentAlert } from "../../contract/incident.ts";
import { incidentView } from "../../incidents/incident-view.ts";
import { type Notice, noticeId } from "../../incidents/notice.ts";
import { type Receiver, webhookKey } from "./receivers.ts";

/** What is sent to a receiver. */
export interface NoticeRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An attempt's request: a webhook is signed anew for each, since its time is part of what is signed. */
export function requestOf(receiver: Receiver, notice: Notice, nowMs: number): NoticeRequest {
  if (receiver.kind === "webhook") return webhook(receiver, notice, nowMs);
  return {
    url: `${receiver.url.replace(/\/$/, "")}/api/v2/alerts`,
    headers: { "content-type": "application/json" },
    body: JSON.stringify(alertsOf(notice)),
  };
}

/** Standard Webhooks: id, time and body are signed with HMAC-SHA256. */
function webhook(
  { url, secret }: Extract<Receiver, { kind: "webhook" }>,
  notice: Notice,
  nowMs: number,
): NoticeRequest {
  const id = noticeId(notice);
  const timestamp = String(Math.floor(nowMs / 1_000));
  const body = JSON.stringify({
    type: `incident.${notice.kind}`,
    timestamp: new Date(notice.time).toISOString(),
    data: incidentView(notice.incident),
  });
  const signature = createHmac("sha256", webhookKey(secret))
    .update(`${id}.${timestamp}.${body}`)
    .digest("base64");
  const headers = {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`,
  };
  return { url, headers, body };
}

/** An alert without an end is taken back by Alertmanager itself; it ends when we say so, or then. */
const firingMs = 8 * 86_400_000;

/**
 * Alertmanager knows an alert by its labels. The severity is one of them, so that it can be routed by:
 * when it has changed, the alert with the one before is over.
 */
function alertsOf({ incident, kind, time, toldSeverity }: Notice): readonly object[] {
  const alert = (severity: IncidentSeverity, endsMs: number) => ({
    labels: {
      alertname: incidentAlert,
      incident: incident.id,
      region: incident.region,
      rule: incident.rule.id,
      kind: incident.kind,
      severity,
    },
    annotations: {
      summary: incident.title,
      description: `${incident.findings} findings, ${incident.clientCount} clients: ${incident.clients.slice(0, 5).join(", ")}`,
    },
    startsAt: new Date(Math.min(incident.firstSeen, endsMs)).toISOString(),
    endsAt: new Date(endsMs).toISOString(),
  });
  const ends = kind === "resolved" ? time : time + firingMs;
  return [
    ...(toldSeverity === undefined ? [] : [alert(toldSeverity, time)]),
    alert(incident.severity, ends),
  ];
}
