import fastify, { type FastifyReply } from "fastify";
import {
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from "fastify-type-provider-zod";
import type { Logger } from "../shared/log.ts";
import type { Access } from "./access/access.ts";
import { requestFacts } from "./access/request-facts.ts";
import { AllowedMethods } from "./api/allowed-methods.ts";
import type { Api, ApiOptions } from "./api/api.ts";
import { addAuditRoutes } from "./api/audit-routes.ts";
import { addCertificateRoutes } from "./api/certificate-routes.ts";
import { addChangingRoutes } from "./api/changing-routes.ts";
import { addEndingRoutes } from "./api/ending-routes.ts";
import { addEnforcementRoutes } from "./api/enforcement-routes.ts";
import { addExceptionRoutes } from "./api/exception-routes.ts";
import { addFindingRoutes } from "./api/finding-routes.ts";
import { addImportRoute } from "./api/import-route.ts";
import { addIncidentRoutes } from "./api/incident-routes.ts";
import { addLiveRoute } from "./api/live-route.ts";
import { addOpenapi, addOpenapiRoute } from "./api/openapi.ts";
import { Problem, problemType } from "./api/problem.ts";
import { problemOf } from "./api/problem-of.ts";
import { addQuarantineRoutes } from "./api/quarantine-routes.ts";
import { addReadingRoutes } from "./api/reading-routes.ts";
import { addRuleRoutes } from "./api/rule-routes.ts";
import { addSessionRoutes } from "./api/session-routes.ts";
import type { ConsoleMetrics } from "./console-metrics.ts";
import type { LiveFeed } from "./live/live-feed.ts";
import { addOidcRoutes, type OidcSignIn } from "./oidc/oidc-routes.ts";
import type { PageFiles } from "./page-files.ts";
import { addPageRoutes, addSecurityHeaders } from "./page-routes.ts";

export interface ServerOptions extends ApiOptions {
  readonly tls: { readonly cert: Buffer; readonly key: Buffer };
  readonly access: Access;
  readonly live: LiveFeed;
  readonly page: PageFiles;
  /** Sign-in by an identity provider; undefined: by tokens alone. */
  readonly oidc: OidcSignIn | undefined;
  readonly metrics: Pick<ConsoleMetrics, "answered" | "signedIn" | "providerFailed">;
  readonly log: Logger;
}

export const minTlsVersion = "TLSv1.3";
const bodyLimit = 16 * 1024;
/** For a request to arrive whole, and for a connection without one. */
const [requestMs, idleMs] = [10_000, 65_000];

/** The API and the page over TLS 1.3, ready to listen. */
export async function createServer(options: ServerOptions): Promise<Api> {
  const { tls, access, log } = options;
  const api: Api = fastify({
    https: { ...tls, minVersion: minTlsVersion },
    bodyLimit,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    exposeHeadRoutes: false,
    // A longer one would be another route to the router: so it is told what is wrong with it.
    routerOptions: { maxParamLength: 4_096 },
    frameworkErrors: (error, _request, reply) => {
      void send(new Problem("malformed-request", error.message), reply as unknown as FastifyReply);
    },
  }).withTypeProvider<ZodTypeProvider>();
  api.setValidatorCompiler(validatorCompiler);
  api.setSerializerCompiler(serializerCompiler);
  api.removeContentTypeParser("text/plain");
  api.decorateRequest("holder", null);
  api.decorateRequest("session", null);
  addSecurityHeaders(api);
  api.addHook("onRequest", access.control);
  const allowed = new AllowedMethods();
  api.addHook("onRoute", ({ url, method }) => allowed.add(url, method));
  api.addHook("onRequest", async ({ method, url }) => allowed.check(method, url));
  answerWithProblems(api, log);
  observe(api, options);
  await addOpenapi(api);
  await api.register((versioned: Api) => addRoutes(versioned, options), { prefix: "/api/v1" });
  addPageRoutes(api, options.page);
  const { oidc, metrics } = options;
  if (oidc) addOidcRoutes(api, { ...oidc, ...access, metrics, log });
  await api.ready();
  return api;
}

async function addRoutes(api: Api, options: ServerOptions): Promise<void> {
  const { access, live, metrics, log } = options;
  addReadingRoutes(api, options);
  addChangingRoutes(api, options);
  addCertificateRoutes(api, options);
  addEndingRoutes(api, options);
  addQuarantineRoutes(api, options);
  addAuditRoutes(api, options);
  await addImportRoute(api, options);
  addFindingRoutes(api, options);
  addIncidentRoutes(api, options);
  addExceptionRoutes(api, options);
  addRuleRoutes(api, options);
  addEnforcementRoutes(api, options);
  addSessionRoutes(api, { ...access, oidc: options.oidc?.settings, metrics, log });
  addLiveRoute(api, { ...access, live });
  addOpenapiRoute(api);
}

const send = (problem: Problem, reply: FastifyReply) =>
  reply
    .code(problem.status)
    .headers(problem.headers)
    .type(problemType)
    .serializer(JSON.stringify)
    .send(problem.body);

function answerWithProblems(api: Api, log: Logger): void {
  api.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, request);
    if (problem.status >= 500) {
      const level = problem.code === "internal-error" ? "error" : "warn";
      log[level]({ ...requestFacts(request), code: problem.code, err: problem.cause }, "failed");
    }
    return send(problem, reply);
  });
  api.setNotFoundHandler((request) => {
    const { method } = request;
    throw new Problem(
      "no-such-route",
      `${method} ${request.url.slice(0, 256)} leads nowhere; see /api/v1/openapi.json`,
    );
  });
}

function observe(api: Api, { metrics, log }: ServerOptions): void {
  api.addHook("onResponse", async (request, reply) => {
    const { method, routeOptions } = request;
    const labels = { route: routeOptions.url ?? "none", method, code: reply.statusCode };
    // What goes on for as long as a page is open says nothing about how long answers take.
    const seconds = routeOptions.config.unattended ? undefined : reply.elapsedTime / 1_000;
    metrics.answered(labels, seconds);
    log.info({ ...requestFacts(request), status: reply.statusCode }, "answered");
  });
}
