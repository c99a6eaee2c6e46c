import { authTimeoutMs } from "../../contract/limits.ts";
import type { DeviceCache } from "../cache/device-cache.ts";
import type { Admission, RoomLimit } from "../limits/admission.ts";
import type { LoginLimits, SourceLimit } from "../limits/login-limits.ts";
import type { CalloutRequest } from "./callout-request.ts";
import type { CredentialRule } from "./credential-rules.ts";
import { type Decision, decide, type Lookup, screen } from "./decide.ts";
import { refuse } from "./refusal.ts";

export interface JudgeOptions {
  readonly cache: Pick<DeviceCache, "knows" | "lookup">;
  readonly limits: LoginLimits;
  /** Whether a device is kept out because it sent too much. */
  readonly isCutOff: (clientId: string) => boolean;
  /** Whether policy keeps a device out of all regions. */
  readonly isBarred: (clientId: string) => boolean;
  readonly admission: Admission;
  readonly auditBlocked: () => boolean;
  /** What devices are asked for here. */
  readonly rule: CredentialRule;
  /** How long requests wait before this process gets to them. */
  readonly backlogMs: () => number;
  /** Milliseconds since 1970, from a clock that does not jump. */
  readonly clock: () => number;
}

export interface Judged {
  readonly decision: Decision;
  /** The limit by which it was refused. */
  readonly limit?: SourceLimit | RoomLimit | undefined;
}

export type Judge = (request: CalloutRequest) => Promise<Judged>;

/** Brings together what is held against a request, what is known of its device, and the decision. */
export function createJudge(options: JudgeOptions): Judge {
  const { cache, limits, isCutOff, isBarred, admission, auditBlocked, rule, backlogMs, clock } =
    options;

  /** Asks what is known of the device, when there is room. */
  async function look(clientId: string): Promise<{ lookup: Lookup; limit?: RoomLimit }> {
    const place = admission.enter(cache.knows(clientId));
    if (place.full) return { lookup: { kind: "overloaded" }, limit: place.full };
    try {
      return { lookup: await cache.lookup(clientId) };
    } finally {
      place.leave();
    }
  }

  return async (request) => {
    const receivedAt = clock();
    if (admission.shedsStrangers(backlogMs()) && !cache.knows(request.clientId)) {
      return { decision: refuse("overloaded"), limit: "backlog" };
    }
    const limited = await limits.standing(request);
    const standing = {
      limited: limited?.code,
      cutOff: isCutOff(request.clientId),
      barred: isBarred(request.clientId),
      auditBlocked: auditBlocked(),
    };
    const screened = screen(request, standing, { nowMs: receivedAt, rule });
    if (screened) {
      return {
        decision: screened,
        ...(screened.code === limited?.code && { limit: limited.limit }),
      };
    }
    const { lookup, limit } = await look(request.clientId);
    if (clock() - receivedAt > authTimeoutMs) return { decision: refuse("request-expired") };
    return { decision: decide(request, lookup, { nowMs: clock(), rule }), limit };
  };
}
