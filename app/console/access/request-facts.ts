import type { FastifyRequest } from "fastify";
import { oidcPaths } from "../../contract/oidc.ts";

/** In the query of the callback of a sign-in stand the provider's code and the state. */
const pathOf = (url: string) =>
  url.startsWith(`${oidcPaths.callback}?`) ? oidcPaths.callback : url;

/** What the log tells of a request. Never its headers: they hold the token or the session. */
export const requestFacts = (request: FastifyRequest) => ({
  method: request.method,
  path: pathOf(request.url).slice(0, 256),
  address: request.ip,
  ...(request.holder && { holder: request.holder.name }),
});
