import type { FastifyRequest } from "fastify";
import { addressKey } from "../../shared/address-key.ts";
import { BoundedLimiter } from "../../shared/bounded-limiter.ts";
import type { Logger } from "../../shared/log.ts";
import { Problem } from "../api/problem.ts";
import type { ConsoleMetrics, UnauthorizedReason } from "../console-metrics.ts";
import { requestFacts } from "./request-facts.ts";

export interface TurnAway {
  /** Counts a failed attempt and makes of it what its sender is told: that problem, or that there were too many. */
  (request: FastifyRequest, reason: UnauthorizedReason, problem: Problem): Promise<Problem>;
  /** Before an attempt that costs somebody something. @throws Problem when its sender has failed too often */
  hear(request: FastifyRequest): Promise<void>;
  /** Counts something begun that is kept for its sender. @throws Problem when that was too often */
  begin(request: FastifyRequest): Promise<void>;
}

/** As many strangers as are counted at a time. */
const addresses = 10_000;

/** Failures are limited by address, whatever was tried: tokens, sessions, sign-in. */
export function createTurnAway(options: {
  readonly failuresPerMinute: number;
  readonly metrics: Pick<ConsoleMetrics, "turnedAway">;
  readonly log: Logger;
}): TurnAway {
  const { failuresPerMinute, metrics, log } = options;
  const failures = new BoundedLimiter({ seconds: 60, keys: addresses });
  const begun = new BoundedLimiter({ seconds: 60, keys: addresses });
  const tooMany = () => {
    // Not logged: it would be the log that the flood fills.
    metrics.turnedAway("address-limit");
    return new Problem("too-many-requests", "there were too many attempts; wait a minute", {
      headers: { "retry-after": "60" },
    });
  };
  const turnAway = async (
    request: FastifyRequest,
    reason: UnauthorizedReason,
    problem: Problem,
  ) => {
    if ((await failures.add(addressKey(request.ip))) > failuresPerMinute) return tooMany();
    metrics.turnedAway(reason);
    log.warn({ ...requestFacts(request), reason }, "turned away");
    return problem;
  };
  return Object.assign(turnAway, {
    async hear(request: FastifyRequest) {
      if ((await failures.points(addressKey(request.ip))) >= failuresPerMinute) throw tooMany();
    },
    async begin(request: FastifyRequest) {
      if ((await begun.add(addressKey(request.ip))) > failuresPerMinute) throw tooMany();
    },
  });
}
