import { levels } from "../../contract/verdict.ts";
import type { StoredMessage } from "../../shared/stored-messages.ts";
import type { Tone } from "../tail/tail-line.ts";
import { recordOf } from "../tail/tail-topics.ts";

export const historyKinds = [
  "login",
  "refusal",
  "kick",
  "registry",
  "quarantine",
  "finding",
] as const;
export type HistoryKind = (typeof historyKinds)[number];

/** One thing that happened to a device, as it was recorded. */
export interface HistoryEntry {
  /** When it happened, in milliseconds since 1970. */
  readonly at: number;
  readonly kind: HistoryKind;
  readonly what: string;
  /** Where it is recorded. */
  readonly basis: string;
}

export const toneOf: Readonly<Record<HistoryKind, Tone>> = {
  ...{ login: "good", refusal: "bad", kick: "bad" },
  ...{ registry: "plain", quarantine: "notice", finding: "notice" },
};

type Event = Record<string, unknown>;

const at = (event: unknown, ...path: (string | number)[]): unknown => {
  let value = event;
  for (const key of path)
    value = (value as Record<string | number, unknown> | null | undefined)?.[key];
  return value;
};
const textAt = (event: unknown, ...path: (string | number)[]): string | undefined => {
  const value = at(event, ...path);
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
};

const [authentication, entityManagement, remediation, detection] = [3002, 3004, 7001, 2004];
const logoff = 2;

/** What a record of AUDIT or SECURITY_EVENTS says of a device; undefined when it is not about it. */
export function historyEntry(
  stream: "AUDIT" | "SECURITY_EVENTS",
  message: Pick<StoredMessage, "data" | "sequence" | "storedAt">,
  clientId: string,
): HistoryEntry | undefined {
  const event = recordOf(Buffer.from(message.data).toString());
  const told = event && isAbout(event, clientId) ? tellOf(event, clientId) : undefined;
  if (!event || !told) return undefined;
  const time = at(event, "time");
  return {
    at: typeof time === "number" ? time : message.storedAt,
    ...told,
    basis: `${stream} ${message.sequence}`,
  };
}

/** Strangers' logins and changes of several devices share subjects: the record says whom it is about. */
function isAbout(event: Event, clientId: string): boolean {
  switch (event["class_uid"]) {
    case authentication:
      return at(event, "user", "uid") === clientId || at(event, "user", "name") === clientId;
    case entityManagement: {
      const uids = at(event, "entity", "data", "uids");
      return (
        at(event, "entity", "uid") === clientId || (Array.isArray(uids) && uids.includes(clientId))
      );
    }
    case remediation: {
      const messages = at(event, "unmapped", "messages");
      return Array.isArray(messages) && messages.some((each) => each?.client_id === clientId);
    }
    default:
      return true;
  }
}

function tellOf(event: Event, clientId: string): Pick<HistoryEntry, "kind" | "what"> | undefined {
  switch (event["class_uid"]) {
    case authentication:
      return ofLogin(event);
    case entityManagement:
      return { kind: "registry", what: ofChange(event) };
    case remediation:
      return { kind: "quarantine", what: ofDecision(event, clientId) };
    case detection:
      return { kind: "finding", what: ofFinding(event) };
    default:
      return undefined;
  }
}

/** What policy did to a device, or would have, and what a person made of it. */
function ofBar(event: Event): string | undefined {
  const until = at(event, "end_time");
  const end = typeof until === "number" ? new Date(until).toISOString() : "?";
  const detail = textAt(event, "status_detail");
  switch (event["status_code"]) {
    case "barred":
      return `barred from all regions until ${end}, for ${detail}`;
    case "bar-observed":
      return `would be barred until ${end} if policy were enforced, for ${detail}`;
    case "bar-lifted":
      return `bar lifted by ${textAt(event, "actor", "user", "name")}: ${detail}`;
    default:
      return undefined;
  }
}

function ofLogin(event: Event): Pick<HistoryEntry, "kind" | "what"> {
  if (event["activity_id"] === logoff) {
    const bar = ofBar(event);
    if (bar !== undefined) return { kind: "kick", what: bar };
    const until = at(event, "end_time");
    const end = typeof until === "number" ? `, until ${new Date(until).toISOString()}` : "";
    return { kind: "kick", what: `cut off for too many ${textAt(event, "status_detail")}${end}` };
  }
  const from = textAt(event, "src_endpoint", "ip") ?? "?";
  const edge = textAt(event, "dst_endpoint", "name") ?? "?";
  return event["status_id"] === 1
    ? { kind: "login", what: `admitted from ${from} at ${edge}` }
    : {
        kind: "refusal",
        what: `${textAt(event, "status_detail") ?? "?"}, from ${from} at ${edge}`,
      };
}

/** Changes after which the sessions of a device are ended in every region. */
const ending = new Set([
  ...["suspended", "revoked", "deleted", "rotated", "replaced", "pinned", "disconnected"],
]);

function ofChange(event: Event): string {
  const change = textAt(event, "unmapped", "change") ?? "changed";
  const [status, actor] = [textAt(event, "status"), textAt(event, "actor", "user", "name")];
  const detail = textAt(event, "status_detail");
  const kicked = status === "Success" && ending.has(change) ? "; its sessions are judged anew" : "";
  return `${change} by ${actor}: ${status}${detail ? ` (${detail})` : ""}${kicked}`;
}

function ofDecision(event: Event, clientId: string): string {
  const messages = at(event, "unmapped", "messages") as { sequence: number; client_id: string }[];
  const own = messages
    .filter((each) => each.client_id === clientId)
    .map(({ sequence }) => sequence);
  const which = own.length > 3 ? `${own.length} messages` : `message ${own.join(", ")}`;
  const actor = textAt(event, "actor", "user", "name");
  return `${textAt(event, "unmapped", "decision")} of ${which} by ${actor}: ${textAt(event, "status")} (${textAt(event, "message")})`;
}

function ofFinding(event: Event): string {
  const level = levels[Number(event["severity_id"]) - 1] ?? "?";
  const held = event["action_id"] === 2 ? ", held" : "";
  return `${level}${held}: ${textAt(event, "finding_info", "title")} [${textAt(event, "finding_info", "analytic", "uid")}]`;
}
