import { calloutLimitBytes } from "../../contract/limits.ts";
import type { Logger } from "../../shared/log.ts";
import type { AuthMetrics } from "../auth-metrics.ts";
import type { LimitMetrics } from "../limits/limit-metrics.ts";
import type { LoginLimits } from "../limits/login-limits.ts";
import type { RefusedLogin } from "../login-findings/guesses.ts";
import type { Login } from "../one-session/login.ts";
import { type CalloutRequest, type ParsedCallout, parseCalloutRequest } from "./callout-request.ts";
import type { Decision } from "./decide.ts";
import type { DecisionRecorder } from "./decision-recorder.ts";
import type { Judge, Judged } from "./judge.ts";
import { type RefusalCode, refuse, spokenRefusal } from "./refusal.ts";
import { sessionEnd } from "./session-end.ts";
import type { TokenIssuer } from "./user-jwt.ts";

export interface ResponderOptions {
  readonly judge: Judge;
  /** Whether the registry has this id, as far as is known without asking it. */
  readonly knows: (clientId: string) => boolean;
  /** Are told how each login ended. */
  readonly limits: Pick<LoginLimits, "note">;
  readonly recorder: Pick<DecisionRecorder, "record">;
  readonly issuer: TokenIssuer;
  /** Resolves when a device that is cut off may be told so. */
  readonly holdCutOff: () => Promise<void>;
  /** Is told of each login that is refused. */
  readonly refused?: (login: RefusedLogin) => void;
  /** Is told of each login that is admitted, of the connection that it is for, and from where. */
  readonly admitted?: (login: Omit<Login, "atMs"> & { readonly address: string }) => void;
  /** After about so long a session ends and the device has to log in again. */
  readonly sessionSeconds: number;
  readonly metrics: AuthMetrics & Pick<LimitMetrics, "limited">;
  readonly log: Logger;
  /** Milliseconds since 1970, from a clock that does not jump. */
  readonly clock: () => number;
}

/** Answers one auth callout. Undefined: nobody waits for an answer, or there is no time for it. */
export type CalloutResponder = (data: Uint8Array) => Promise<string | undefined>;

const codeOf = (decision: Decision): RefusalCode | undefined =>
  decision.outcome === "refuse" ? decision.code : undefined;

/** From the bytes of a callout to the bytes of its answer, with everything that has to be written down. */
export function createCalloutResponder(options: ResponderOptions): CalloutResponder {
  const { metrics, log, clock } = options;
  return async (data) => {
    const receivedAt = clock();
    const { request, unread } = readCallout(data, log);
    const judged: Judged = request ? await options.judge(request) : { decision: refuse(unread) };
    const known = request !== undefined && options.knows(request.clientId);
    const { decision, single } = options.recorder.record(request, judged.decision, known);
    const code = codeOf(decision);
    if (request) await options.limits.note(request, code);
    if (request && code !== undefined) options.refused?.({ ...request, code, known });
    metrics.decided(code, (clock() - receivedAt) / 1000);
    if (judged.limit) metrics.limited(judged.limit);
    const who = request && { client: request.clientId.slice(0, 80), address: request.address };
    if (code === undefined) log.debug(who, "admitted");
    // A flood must not fill the log either.
    else log[single ? "info" : "debug"]({ ...who, code, limit: judged.limit }, "refused");
    if (code === "cut-off") await options.holdCutOff();
    return request && answer(options, request, { ...judged, decision });
  };
}

type ReadCallout =
  | { readonly request: CalloutRequest; readonly unread?: never }
  | { readonly request?: never; readonly unread: RefusalCode };

/**
 * A large one is what strangers send to keep servers busy: it is not worth the reading, and without
 * that there is no answer. Its server lets the stranger wait for the time-out.
 */
function readCallout(data: Uint8Array, log: Logger): ReadCallout {
  if (data.length > calloutLimitBytes) return { unread: "request-too-large" };
  const { request, malformed }: ParsedCallout = parseCalloutRequest(data);
  if (request) return { request };
  log.error({ reason: malformed }, "auth callout cannot be read");
  return { unread: "malformed-request" };
}

function answer(
  { issuer, admitted, sessionSeconds, clock }: ResponderOptions,
  request: CalloutRequest,
  { decision, limit }: Judged,
): string | undefined {
  const { userNkey, serverId } = request;
  const nowMs = clock();
  if (decision.outcome === "admit") {
    const { proof, endsAt, record } = decision;
    const { clientId, labels } = record;
    const { connection, address } = request;
    admitted?.({ clientId, serverId, connection, address });
    const expires = sessionEnd(nowMs, Math.random(), { sessionSeconds, endsAt });
    const token = issuer.deviceToken({ userNkey, clientId, proof, labels, nowMs, expires });
    return issuer.answer({ userNkey, serverId, nowMs, result: { token } });
  }
  // While more comes in than can be done, an answer to each would cost most of the time.
  if (decision.code === "request-expired" || limit === "backlog") return undefined;
  const result = { refusal: spokenRefusal(decision.code) };
  return issuer.answer({ userNkey, serverId, nowMs, result });
}
