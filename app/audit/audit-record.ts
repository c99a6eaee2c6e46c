import { printable } from "../shared/printable.ts";
import type { SignedHead } from "./audit-head.ts";

/** An event for AUDIT that has no place in a chain yet. */
export interface AuditDraft {
  /** Unique: `metadata.uid` and the id under which JetStream removes repetitions. */
  readonly id: string;
  readonly subject: string;
  /** OCSF. */
  readonly event: Readonly<Record<string, unknown>>;
}

/** One message for AUDIT. */
export interface AuditRecord {
  readonly id: string;
  readonly subject: string;
  /** Its number in its writer's chain. */
  readonly sequence: number;
  readonly body: Uint8Array;
  /** Its writer's signature. */
  readonly head: SignedHead;
}

/** `metadata` of every OCSF 1.8 event of ours. */
export const ocsfMetadata = (id: string, feature: string) => ({
  version: "1.8.0",
  uid: id,
  product: { name: "MQTT Sentinel", vendor_name: "MQTT Sentinel", feature: { name: feature } },
});

/** Longest text of a stranger that is kept. */
const textLimit = 256;
/** A stranger's text as it is kept: whoever reads the audit, by whatever means, is not misled. */
export const cutText = (text: string) => printable(text, textLimit);
