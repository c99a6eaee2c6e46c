const mib = 1024 ** 2;
const gib = 1024 ** 3;

/**
 * What each stream may hold at most, in bytes, on one machine. A region in the cloud computes its
 * own from its plan. Mirrors of a peer's streams have the bounds of the originals.
 *
 * What happens when a stream is full, as `test/flow/full-streams.test.ts` finds it:
 *
 * | Stream | Full | Then |
 * |---|---|---|
 * | INGRESS | refuses | the bridge holds back, and Mosquitto keeps what comes |
 * | REPORT_INGRESS | refuses | the gates beside the edges hold what comes, up to their room, and store it when there is room again; what finds none is lost, counted and alarmed: it is full only while inspection does not keep up |
 * | MQTT_ALERTS | drops its oldest | new alerts go on to devices; what was dropped can no longer be caught up on, and the age of the oldest is alarmed |
 * | REPORTS | drops its oldest | the same |
 * | QUARANTINE | refuses | the message goes to DEAD_LETTER, reason `quarantine-full`: nobody can push evidence out by sending more |
 * | QUARANTINE_DECISIONS | refuses | nothing more is released or dropped until decisions of a month ago end: a forgotten one could be made twice |
 * | SECURITY_EVENTS | drops its oldest | the age of the oldest is alarmed |
 * | AUDIT | refuses | logins and changes of the registry are refused: neither happens without its record |
 * | INCIDENTS | drops its oldest | incidents that changed longest ago, and what was to be told of them; the age of the oldest is alarmed |
 * | DEAD_LETTER | drops its oldest | the age of the oldest is alarmed |
 * | REGISTRY_CHANGES | drops its oldest | long told by then; the sweep finds sessions that it concerned. A barred device may log in again |
 * | CUT_OFFS | drops its oldest | that device may log in again, and its next cut-off is short |
 * | LOGINS | drops its oldest | a session of such a device stays when that logs in to another region |
 * | LAST_SEEN | drops its oldest | the device that was not seen for longest gets all that is kept for it when it comes |
 * | KV_* | refuses | never full: one small entry for each partition and replica |
 */
export const streamBounds = {
  INGRESS: 4 * gib,
  REPORT_INGRESS: gib,
  MQTT_ALERTS: 6 * gib,
  REPORTS: 2 * gib,
  QUARANTINE: 2 * gib,
  QUARANTINE_DECISIONS: 128 * mib,
  SECURITY_EVENTS: 2 * gib,
  INCIDENTS: 512 * mib,
  AUDIT: 4 * gib,
  DEAD_LETTER: gib,
  REGISTRY_CHANGES: 256 * mib,
  CUT_OFFS: 32 * mib,
  LOGINS: 256 * mib,
  LAST_SEEN: 256 * mib,
  KV_partitions: 64 * mib,
  "KV_report-partitions": 64 * mib,
} as const;

export type StreamName = keyof typeof streamBounds;
export type StreamBounds = Readonly<Record<StreamName, number>>;
export const streamNames = Object.keys(streamBounds) as readonly StreamName[];
