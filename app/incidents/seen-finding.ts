import { z } from "zod";
import type { IncidentSeverity } from "../contract/incident.ts";
import { parseJson } from "../contract/parse-json.ts";
import { type Origin, origins } from "../contract/subjects.ts";
import type { StoredMessage } from "../shared/stored-messages.ts";

/** A finding as it is counted. Times are milliseconds since 1970. */
export interface SeenFinding {
  readonly sequence: number;
  readonly subject: string;
  readonly id: string;
  readonly time: number;
  readonly clientId: string;
  readonly rule: { readonly id: string; readonly title: string };
  readonly severity: IncidentSeverity;
  readonly techniques: readonly string[];
  readonly excerpt: string;
  /** Of the message in which it was found; undefined of what was found in none. */
  readonly origin: Origin | undefined;
  /**
   * A trusted publisher's alert that quotes what the rule looks for, and was delivered: its client is
   * who it is for, not who did anything.
   */
  readonly quoted: boolean;
  /** Found in a synthetic attack: it is seen, and nothing else. */
  readonly canary: boolean;
  /** A silence covers it: it is counted, and nobody is told. */
  readonly silenced?: boolean;
}

/** OCSF's disposition of a message that was delivered and marked. */
const tagged = 18;

const schema = z.object({
  time: z.int(),
  severity_id: z.int(),
  disposition_id: z.int().optional(),
  finding_info: z.object({
    uid: z.string().min(1),
    analytic: z.object({ uid: z.string().min(1), name: z.string() }),
    attacks: z.array(z.object({ technique: z.object({ uid: z.string() }) })).default([]),
  }),
  evidences: z
    .array(
      z.object({
        data: z.looseObject({
          origin: z.enum(origins).optional().catch(undefined),
          canary: z.literal(true).optional().catch(undefined),
        }),
      }),
    )
    .default([]),
});

/** Of OCSF's: what is less than low is low, and what is more than critical is critical. */
function severityOf(id: number): IncidentSeverity {
  if (id >= 5) return "critical";
  if (id === 4) return "high";
  return id === 3 ? "medium" : "low";
}

const excerptLimit = 300;

/** Undefined for what is no finding of ours. */
export function seenFinding({ sequence, subject, data }: StoredMessage): SeenFinding | undefined {
  const [, eventClass, clientId] = subject.split(".");
  const read = schema.safeParse(parseJson(data)).data;
  if (!read || clientId === undefined) return undefined;
  const { uid, analytic, attacks } = read.finding_info;
  const { origin, excerpt, canary = false } = read.evidences[0]?.data ?? {};
  return {
    sequence,
    subject,
    id: uid,
    time: read.time,
    clientId,
    rule: { id: analytic.uid, title: analytic.name },
    severity: severityOf(read.severity_id),
    techniques: attacks.map(({ technique }) => technique.uid),
    origin,
    excerpt: typeof excerpt === "string" ? excerpt.slice(0, excerptLimit) : "",
    canary,
    quoted: eventClass === "pattern" && origin === "upstream" && read.disposition_id === tagged,
  };
}
