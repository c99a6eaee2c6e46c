import type { FastifyReply, FastifyRequest } from "fastify";
import { type ApiRole, mayAct } from "../../contract/api-token.ts";
import { BoundedLimiter } from "../../shared/bounded-limiter.ts";
import type { Logger } from "../../shared/log.ts";
import { Problem } from "../api/problem.ts";
import type { ConsoleMetrics } from "../console-metrics.ts";
import { isFromThePage } from "./from-the-page.ts";
import type { Holder } from "./holder.ts";
import { requestFacts } from "./request-facts.ts";
import { endedCookie, sessionIdIn } from "./session-cookie.ts";
import type { FoundSession, Sessions } from "./sessions.ts";
import type { TokenBook } from "./token-book.ts";
import type { TurnAway } from "./turning-away.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** Who sent it. Null on routes that are open to everybody. */
    holder: Holder | null;
    /** The session that it came by; null of one with a token. */
    session: FoundSession | null;
  }
  interface FastifyContextConfig {
    /** Least role that the route asks for; `public` asks for no token. */
    access?: ApiRole | "public";
    /** Asked for by a page without its person: it does not keep a session from ending. */
    unattended?: boolean;
    /** Of a body that is no JSON: its JSON Schema for each media type. */
    bodyFormats?: Readonly<Record<string, { readonly schema: object }>>;
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
  readonly sessions: Pick<Sessions, "find" | "touch">;
  readonly limits: Pick<AccessLimits, "requestsPerSecond">;
  readonly turnAway: TurnAway;
  readonly metrics: Pick<ConsoleMetrics, "turnedAway">;
  readonly log: Logger;
}

const BEARER = /^Bearer +([\x21-\x7e]{1,256})$/i;
/** As many as a tokens file can hold, and more. */
const holders = 10_000;
const challenge = 'Bearer realm="mqtt-sentinel"';

/** Lets a request in before anything of its body is read, or throws the problem that keeps it out. */
export type AccessControl = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * Who may do what, and how often. Failures are limited by address, but a good token is let in from
 * any: many operators come by one forwarded port, and none must be able to lock out the others.
 */
export function createAccessControl(options: AccessOptions): AccessControl {
  const { limits, metrics, log } = options;
  const requests = new BoundedLimiter({ seconds: 1, keys: holders });

  return async (request) => {
    const { access = "viewer" } = request.routeOptions.config;
    if (access === "public") return;
    const holder = await identify(request, options);
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

/** By its token, or else by the session of its cookie. @throws Problem */
async function identify(request: FastifyRequest, options: AccessOptions): Promise<Holder> {
  const { tokens, sessions, turnAway } = options;
  const { authorization, cookie } = request.headers;
  const sessionId = authorization === undefined ? sessionIdIn(cookie) : undefined;
  if (sessionId === undefined) {
    const token = BEARER.exec(authorization ?? "")?.[1];
    if (token === undefined) throw await turnAway(request, "token-missing", missing());
    const holder = tokens.holderOf(token);
    if (!holder) throw await turnAway(request, "token-unknown", unknownToken());
    return holder;
  }
  const session = sessions.find(sessionId);
  if (!session) throw await turnAway(request, "session-ended", ended());
  if (!isFromThePage(request, session.proof)) {
    throw await turnAway(request, "not-from-the-page", foreign());
  }
  if (!request.routeOptions.config.unattended) sessions.touch(session.key);
  request.session = session;
  return session.holder;
}

const missing = () =>
  new Problem("token-missing", "send it as `Authorization: Bearer snt_\u2026`", {
    headers: { "www-authenticate": challenge },
  });

export const unknownToken = () =>
  new Problem("token-unknown", "see that it is whole, and that it was not withdrawn", {
    headers: { "www-authenticate": `${challenge}, error="invalid_token"` },
  });

const ended = () =>
  new Problem("session-ended", "sign in again; nothing was changed", {
    headers: { "set-cookie": endedCookie },
  });

export const foreign = () =>
  new Problem("not-from-the-page", "use the page itself, or a token: nothing was changed");

const tooLow = (held: ApiRole, needed: ApiRole) =>
  new Problem("role-too-low", `it is ${held}, this takes ${needed}; use a token of that role`, {
    headers: {
      "www-authenticate": `${challenge}, error="insufficient_scope", scope="${needed}"`,
    },
  });
