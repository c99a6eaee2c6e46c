import type { FastifyRequest } from "fastify";

/** What the log tells of a request. Never its headers: they hold the token or the session. */
export const requestFacts = (request: FastifyRequest) => ({
  method: request.method,
  path: request.url.slice(0, 256),
  address: request.ip,
  ...(request.holder && { holder: request.holder.name }),
});
