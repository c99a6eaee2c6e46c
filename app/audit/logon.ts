import { ocsfMetadata } from "./audit-record.ts";

interface Logon {
  readonly id: string;
  readonly refused: boolean;
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** What was logged in to. */
  readonly service: string;
  /** The process, or the part of the product, that has decided. */
  readonly feature: string;
}

/** What every OCSF 1.8 Authentication event of ours has (class 3002, activity Logon). */
export function logon({ id, refused, nowMs, service, feature }: Logon) {
  return {
    class_uid: 3002,
    class_name: "Authentication",
    category_uid: 3,
    category_name: "Identity & Access Management",
    activity_id: 1,
    activity_name: "Logon",
    type_uid: 300201,
    time: Math.round(nowMs),
    // Low for a refusal: that is a stranger at the door, not yet an attack.
    severity_id: refused ? 2 : 1,
    status_id: refused ? 2 : 1,
    status: refused ? "Failure" : "Success",
    is_cleartext: false,
    service: { name: service },
    metadata: ocsfMetadata(id, feature),
  };
}
