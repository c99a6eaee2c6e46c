import { randomUUID } from "node:crypto";
import { apiActor } from "../contract/api-actor.ts";
import { subjects } from "../contract/subjects.ts";
import type { AuditOutbox } from "./audit-outbox.ts";
import { type AuditDraft, cutText } from "./audit-record.ts";
import { logon } from "./logon.ts";

/** Somebody's coming to the console's page by an identity provider, and what became of it. */
export interface SignIn {
  /** Whom the provider named; undefined when it has named nobody that is believed. */
  readonly person:
    | { readonly issuer: string; readonly subject: string; readonly name?: string }
    | undefined;
  /** Undefined: they were let in. */
  readonly refusal?: { readonly code: string; readonly detail: string };
  /** What they were let in as. */
  readonly role?: string;
  readonly address: string;
}

/** Puts a sign-in on record. False when that is not possible now: then nobody is let in. */
export type SignInJournal = (signIn: SignIn) => boolean;

export const signInJournal =
  ({ outbox, clock }: { outbox: AuditOutbox; clock: () => number }): SignInJournal =>
  (signIn) => {
    outbox.begin();
    return outbox.offer(signInEvent(signIn, clock()));
  };

/** As OCSF 1.8 Authentication, Logon. */
export function signInEvent({ person, refusal, role, address }: SignIn, nowMs: number): AuditDraft {
  const id = randomUUID();
  const known = person?.name !== undefined;
  const event = {
    ...logon({
      ...{ id, refused: refusal !== undefined, nowMs },
      ...{ service: "console", feature: "registry" },
    }),
    ...(refusal && { status_code: refusal.code, status_detail: cutText(refusal.detail) }),
    auth_protocol_id: 4,
    auth_protocol: "OpenID",
    // Without a uid, which is a device's in the other records of this class.
    user: { name: known ? `${apiActor}${person.name}` : "_" },
    src_endpoint: { ip: cutText(address) },
    unmapped: {
      change: refusal ? "sign-in-refused" : "signed-in",
      ...(role !== undefined && { role }),
      ...(person && { issuer: cutText(person.issuer), subject: cutText(person.subject) }),
    },
  };
  return { id, subject: subjects.registryAudit(undefined), event };
}
