import { type CutOff, cutOffId, type MeteredLimit } from "../cut-off/cut-off.ts";

const titles: Readonly<Record<MeteredLimit, string>> = {
  messages: "Device sends more messages than any may",
  bytes: "Device sends more bytes than any may",
  "daily-bytes": "Device sends more bytes a day than any may",
  "session-changes": "Device connects or subscribes more often than any may",
};

/** OCSF 1.8 Detection Finding: a device passed an absolute limit and was cut off. */
export function floodFinding(clientId: string, cutOff: CutOff) {
  const uid = cutOffId(clientId, cutOff);
  const title = titles[cutOff.limit];
  return {
    class_uid: 2004,
    category_uid: 2,
    activity_id: 1,
    type_uid: 200401,
    time: cutOff.sinceMs,
    severity_id: 4,
    status_id: 1,
    is_alert: true,
    message: `${title} (client ${clientId}, cut off until ${new Date(cutOff.untilMs).toISOString()})`,
    confidence_score: 100,
    // Denied, and the device isolated.
    action_id: 2,
    disposition_id: 4,
    metadata: {
      version: "1.8.0",
      uid,
      profiles: ["security_control"],
      product: { name: "MQTT Sentinel meter", vendor_name: "MQTT Sentinel" },
      logged_time: cutOff.sinceMs,
    },
    finding_info: {
      uid,
      title,
      created_time: cutOff.sinceMs,
      analytic: { uid: "device-flood", name: title, type_id: 1 },
      related_analytics: [],
      attacks: [{ technique: { uid: "T1499" } }],
    },
    resources: [{ type: "Device", uid: clientId }],
    evidences: [
      {
        data: {
          client_id: clientId,
          limit: cutOff.limit,
          until: cutOff.untilMs,
          count: cutOff.count,
        },
      },
    ],
  } as const;
}
