import { z } from "zod";
import { type IncidentSeverity, incidentSeverities } from "../contract/incident.ts";
import type { Incident } from "./incident.ts";
import { incidentFinding, parseIncident } from "./incident-finding.ts";

/**
 * What receivers are told of an incident: it is there, it is worse than was told, it goes on, it is
 * over (closed by a person, without findings for long, or a part of a campaign now).
 */
export const noticeKinds = ["opened", "raised", "continues", "resolved"] as const;
export type NoticeKind = (typeof noticeKinds)[number];

export interface Notice {
  /** Of this incident, from 1 on. */
  readonly number: number;
  readonly kind: NoticeKind;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The severity that was told before, where it was another one. */
  readonly toldSeverity?: IncidentSeverity;
  /** As it was then. */
  readonly incident: Incident;
}

/** The same for every attempt to tell it. */
export const noticeId = ({ incident, number }: Notice) => `${incident.id}.${number}`;

const schema = z.object({
  number: z.int().positive(),
  kind: z.enum(noticeKinds),
  time: z.int(),
  toldSeverity: z.enum(incidentSeverities).exactOptional(),
  incident: z.unknown(),
});

export const storedNotice = ({ incident, ...notice }: Notice): string =>
  JSON.stringify({ ...notice, incident: incidentFinding(incident, notice.time) });

/** Undefined for what is no notice of ours. */
export function parseNotice(body: Uint8Array): Notice | undefined {
  try {
    const read = schema.parse(JSON.parse(new TextDecoder().decode(body)));
    const incident = parseIncident(Buffer.from(JSON.stringify(read.incident)));
    return incident && { ...read, incident };
  } catch {
    return undefined;
  }
}
