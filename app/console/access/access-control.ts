import type { FastifyReply, FastifyRequest } from "fastify";
import { type ApiRole, type ApiTokenEntry, mayAct } from "../../contract/api-token.ts";
import { addressKey } from "../../shared/address-key.ts";
import { BoundedLimiter } from "../../shared/bounded-limiter.ts";
import type { Logger } from "../../shared/log.ts";
import { Problem } from "../api/problem.ts";
import type { ConsoleMetrics, UnauthorizedReason } from "../console-metrics.ts";
import type { TokenBook } from "./token-book.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who sent it. Null on routes that are open to everybody. */
    holder: ApiTokenEntry | null;
  }
  interface FastifyContextConfig {
    /** Least role that the route asks for; `public` asks for no token. */
    access?: ApiRole | "public";
  }
}

export interface AccessLimits {
  /** Of one token. */
  readonly requestsPerSecond: number;
  /** Attempts without a good token from one address. */
  readonly failuresPerMinute: number;
}

export interface AccessOptions {
  readonly tokens: Pick<TokenBook, "holderOf">;
  readonly limits: AccessLimits;
  readonly metrics: Pick<ConsoleMetrics, "turnedAway">;
  readonly log: Logger;
}

const BEARER = /^Bearer +([\x21-\x7e]{1,256})$/i;
/** As many strangers as are counted at a time. */
const addresses = 10_000;
const challenge = 'Bearer realm="mqtt-sentinel"';

/** Lets a request in before anything of its body is read, or throws the problem that keeps it out. */
export type AccessControl = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Who may do what, and how often. Failures are limited by address, but a good token is let in from
 * any: many operators come by one forwarded port, and none must be able to lock out the others.
 */
export function createAccessControl(options: AccessOptions): AccessControl {
  const { tokens, limits, metrics, log } = options;
  const failures = new BoundedLimiter({ seconds: 60, keys: addresses });
  const requests = new BoundedLimiter({ seconds: 1, keys: addresses });

  async function turnAway(request: FastifyRequest, reason: UnauthorizedReason, problem: Problem) {
    if ((await failures.add(addressKey(request.ip))) > limits.failuresPerMinute) {
      // Not logged: it would be the log that the flood fills.
      metrics.turnedAway("address-limit");
      return new Problem("too-many-requests", "there were too many attempts; wait a minute", {
        headers: { "retry-after": "60" },
      });
    }
    metrics.turnedAway(reason);
    log.warn({ ...requestFacts(request), reason }, "turned away");
    return problem;
  }

  return async (request) => {
    const { access = "viewer" } = request.routeOptions.config;
    if (access === "public") return;
    const { authorization } = request.headers;
    const token = BEARER.exec(authorization ?? "")?.[1];
    if (token === undefined) throw await turnAway(request, "token-missing", missing());
    const holder = tokens.holderOf(token);
    if (!holder) throw await turnAway(request, "token-unknown", unknown());
    request.holder = holder;
    if ((await requests.add(holder.name)) > limits.requestsPerSecond) {
      const detail = `a token may send ${limits.requestsPerSecond} requests a second; wait`;
      throw new Problem("too-many-requests", detail, { headers: { "retry-after": "1" } });
    }
    if (mayAct(holder.role, access)) return;
    metrics.turnedAway("role-too-low");
    log.warn({ ...requestFacts(request), reason: "role-too-low" }, "turned away");
    throw tooLow(holder.role, access);
  };
}

/** What the log tells of a request. Never its headers: they hold the token. */
export const requestFacts = (request: FastifyRequest) => ({
  method: request.method,
  path: request.url.slice(0, 256),
  address: request.ip,
  ...(request.holder && { holder: request.holder.name }),
});

const missing = () =>
  new Problem("token-missing", "send it as `Authorization: Bearer snt_\u2026`", {
    headers: { "www-authenticate": challenge },
  });

const unknown = () =>
  new Problem("token-unknown", "see that it is whole, and that it was not withdrawn", {
    headers: { "www-authenticate": `${challenge}, error="invalid_token"` },
  });

const tooLow = (held: ApiRole, needed: ApiRole) =>
  new Problem("role-too-low", `it is ${held}, this takes ${needed}; use a token of that role`, {
    headers: {
      "www-authenticate": `${challenge}, error="insufficient_scope", scope="${needed}"`,
    },
  });
