import { authTimeoutMs } from "../contract/limits.ts";
import type { Logger } from "../shared/log.ts";
import type { AuditOutbox } from "./audit-outbox.ts";
import { auditRecord } from "./audit-record.ts";
import type { AuthMetrics } from "./auth-metrics.ts";
import { type CalloutRequest, parseCalloutRequest } from "./callout-request.ts";
import { type Decision, decide, type Lookup, screen, spokenRefusal } from "./decide.ts";
import type { TokenIssuer } from "./user-jwt.ts";

export interface ResponderOptions {
  readonly lookup: (clientId: string) => Promise<Lookup>;
  readonly outbox: AuditOutbox;
  readonly issuer: TokenIssuer;
  readonly metrics: AuthMetrics;
  readonly log: Logger;
  /** Milliseconds since 1970, from a clock that does not jump. */
  readonly clock: () => number;
}

/** Answers one auth callout. Undefined: nobody waits for an answer any more. */
export type CalloutResponder = (data: Uint8Array) => Promise<string | undefined>;

const refusal = (code: Extract<Decision, { outcome: "refuse" }>["code"]): Decision => ({
  outcome: "refuse",
  code,
});

/** From the bytes of a callout to the bytes of its answer, with everything that has to be written down. */
export function createCalloutResponder(options: ResponderOptions): CalloutResponder {
  const { outbox, issuer, metrics, log, clock } = options;

  async function judge(request: CalloutRequest, receivedAt: number): Promise<Decision> {
    const screened = screen(request, receivedAt);
    if (screened) return screened;
    // Nobody is admitted unrecorded: then the registry need not be asked either.
    if (outbox.blocked !== undefined) return refusal("audit-unavailable");
    const decision = decide(request, await options.lookup(request.clientId));
    return clock() - receivedAt > authTimeoutMs ? refusal("request-expired") : decision;
  }

  /** Writes the decision down; an admission that cannot be is none. */
  function record(request: CalloutRequest | undefined, decision: Decision): Decision {
    const code = decision.outcome === "refuse" ? decision.code : undefined;
    const known = code === undefined || code === "bad-secret" || code === "inactive";
    if (outbox.offer(auditRecord({ request, code, known, nowMs: clock() }))) return decision;
    outbox.noteUnrecorded();
    metrics.auditUnrecorded.inc();
    return code === undefined ? refusal("audit-unavailable") : decision;
  }

  function answer(request: CalloutRequest, decision: Decision): string | undefined {
    const { userNkey, serverId } = request;
    const nowMs = clock();
    if (decision.outcome === "admit") {
      const { clientId, labels } = decision.record;
      const token = issuer.deviceToken({ userNkey, clientId, labels, nowMs });
      return issuer.answer({ userNkey, serverId, nowMs, result: { token } });
    }
    if (decision.code === "request-expired") return undefined;
    const result = { refusal: spokenRefusal(decision.code) };
    return issuer.answer({ userNkey, serverId, nowMs, result });
  }

  return async (data) => {
    const receivedAt = clock();
    const { request, malformed } = parseCalloutRequest(data);
    if (malformed !== undefined) log.error({ reason: malformed }, "auth callout cannot be read");
    const judged = request ? await judge(request, receivedAt) : refusal("malformed-request");
    const decision = record(request, judged);
    const reply = request && answer(request, decision);
    const code = decision.outcome === "refuse" ? decision.code : undefined;
    metrics.decided(code, (clock() - receivedAt) / 1000);
    const who = request && { client: request.clientId.slice(0, 80), address: request.address };
    if (code === undefined) log.debug(who, "admitted");
    else log.info({ ...who, code }, "refused");
    return reply;
  };
}
