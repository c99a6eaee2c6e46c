import { type CutOff, cutOffId, type MeteredLimit } from "../cut-off/cut-off.ts";
import { detectionFrame } from "../shared/detection-frame.ts";

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
    ...detectionFrame({ uid, time: cutOff.sinceMs, loggedTime: cutOff.sinceMs, process: "meter" }),
    severity_id: 4,
    is_alert: true,
    message: `${title} (client ${clientId}, cut off until ${new Date(cutOff.untilMs).toISOString()})`,
    confidence_score: 100,
    // Denied, and the device isolated.
    action_id: 2,
    disposition_id: 4,
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
