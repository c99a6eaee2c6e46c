import type { IncomingMessage, ServerResponse } from "node:http";
import type { Server } from "node:https";
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { z } from "zod";
import { apiActor } from "../../contract/api-actor.ts";
import type { DeviceRegistry } from "../../registry/device-registry.ts";
import type { ConditionalBy } from "../../registry/record-changes.ts";
import type { NatsConnection } from "../../shared/nats.ts";
import type { ScanBudget } from "../access/scan-budget.ts";
import type { StreamReads } from "../access/stream-reads.ts";
import type { DeviceSearch } from "../device-index/device-search.ts";
import type { ExceptionDesk } from "../exceptions/exception-desk.ts";
import type { IncidentDesk } from "../incidents/incident-desk.ts";
import type { RuleDesk } from "../rules/rule-desk.ts";
import { ProblemDetails } from "./device-schemas.ts";
import { matching } from "./entity-tag.ts";
import { problemType } from "./problem.ts";

/** A server, or a part of it, whose schemas are zod's. */
export type Api = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface ApiOptions {
  readonly registry: DeviceRegistry;
  readonly devices: DeviceSearch;
  /** Reads what is held, and asks for decisions about it. */
  readonly nats: NatsConnection;
  /** What lists may cost. */
  readonly scans: ScanBudget;
  /** How many read streams at a time. */
  readonly reads: StreamReads;
  readonly incidents: IncidentDesk;
  readonly exceptions: ExceptionDesk;
  readonly rules: RuleDesk;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Whose token it is that sent a request. */
export const holderOf = (request: FastifyRequest) => request.holder?.name ?? "";

/** What the audit calls whoever sent a request. */
export const actorOf = (request: FastifyRequest) => `${apiActor}${holderOf(request)}`;

/** Who changes something by this request, and on which condition. @throws Problem */
export function byOf(request: FastifyRequest, clock: () => number): ConditionalBy {
  const { "if-match": ifMatch } = request.headers;
  return {
    actor: actorOf(request),
    nowMs: clock(),
    onlyIf: matching(ifMatch),
  };
}

/** An answer with a secret must not lie in any cache. */
export const secretHeaders = { "cache-control": "no-store" };

/** What a route answers when all is well. */
export const answer = <S extends z.ZodType>(description: string, schema: S) => ({
  description,
  content: { "application/json": { schema } },
});

const problemAnswer = (description: string) => ({
  description,
  content: { [problemType]: { schema: ProblemDetails } },
});

/** What every route may answer besides what it is there for. */
export const failures = {
  "4xx": problemAnswer("The request is not fulfilled: `code` says why, `detail` what to do"),
  "5xx": problemAnswer("Not the request's fault; 503 passes by itself"),
};
