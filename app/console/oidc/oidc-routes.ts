import type { FastifyReply, FastifyRequest } from "fastify";
import type { SignIn, SignInJournal } from "../../audit/sign-in-event.ts";
import { type OidcSettings, oidcPaths } from "../../contract/oidc.ts";
import type { Logger } from "../../shared/log.ts";
import { isFromElsewhere } from "../access/from-the-page.ts";
import { requestFacts } from "../access/request-facts.ts";
import { sessionCookie } from "../access/session-cookie.ts";
import type { Sessions } from "../access/sessions.ts";
import type { TurnAway } from "../access/turning-away.ts";
import type { Api } from "../api/api.ts";
import { Problem } from "../api/problem.ts";
import type { ConsoleMetrics, UnauthorizedReason } from "../console-metrics.ts";
import { viewOf } from "../page-views.ts";
import { ProviderAway } from "./bounded-fetch.ts";
import { AnswerRefused, type Claims, type IdentityProvider } from "./identity-provider.ts";
import { personOf } from "./person.ts";
import type { SignInFailure } from "./sign-in-failure.ts";
import { spentCookie, startedCookie, startedIdIn } from "./started-cookie.ts";
import { type Started, type StartedSignIns, startedLifeMs } from "./started-sign-ins.ts";

export interface OidcSignIn {
  readonly settings: OidcSettings;
  readonly provider: Pick<IdentityProvider, "begin" | "finish">;
  readonly started: StartedSignIns;
  /** Puts it on record. */
  readonly journal: SignInJournal;
}

export interface OidcRoutesOptions extends OidcSignIn {
  readonly sessions: Pick<Sessions, "open">;
  readonly turnAway: TurnAway;
  readonly metrics: Pick<ConsoleMetrics, "signedIn" | "providerFailed">;
  readonly log: Logger;
}

const open = { config: { access: "public" }, schema: { hide: true } } as const;

/**
 * Where browsers go to sign in by the provider, and where they come back to. Both are addresses that a person is led
 * to, so whatever comes of it, the page tells it.
 */
export function addOidcRoutes(api: Api, options: OidcRoutesOptions): void {
  api.get<{ Querystring: { return?: unknown } }>(oidcPaths.begin, open, async (request, reply) => {
    const returnPath = viewOf(request.query.return);
    // Another site's page: whoever wants to sign in finds the button.
    if (isFromElsewhere(request)) return leadTo(reply, returnPath);
    if (`https://${request.headers.host}` !== options.settings.consoleUrl) {
      return leadTo(reply, returnPath, "other-address");
    }
    await options.turnAway.begin(request);
    try {
      const { url, checks } = await options.provider.begin();
      const id = options.started.add({ checks, returnPath });
      reply.header("set-cookie", startedCookie(id, startedLifeMs));
      return reply.code(303).header("location", url.href).send();
    } catch (error) {
      noteAway(request, error, options);
      return leadTo(reply, returnPath, "provider-away");
    }
  });
  api.get<{ Querystring: { state?: unknown } }>(oidcPaths.callback, open, (request, reply) =>
    comeBack(request, reply, options),
  );
}

const leadTo = (reply: FastifyReply, path: string, failure?: SignInFailure) =>
  reply
    .code(303)
    .header("location", failure === undefined ? path : `${path}#sign-in=${failure}`)
    .send();

function noteAway(request: FastifyRequest, error: unknown, options: OidcRoutesOptions): void {
  if (!(error instanceof ProviderAway)) throw error;
  options.metrics.providerFailed();
  options.log.warn({ ...requestFacts(request), err: error }, "the identity provider is away");
}

async function comeBack(
  request: FastifyRequest<{ Querystring: { state?: unknown } }>,
  reply: FastifyReply,
  options: OidcRoutesOptions,
) {
  // The provider is not asked, and nothing is put on record, for whoever fails again and again.
  await options.turnAway.hear(request);
  const id = startedIdIn(request.headers.cookie);
  const started = id === undefined ? undefined : options.started.take(id, request.query.state);
  // Not on record: anybody can send anything here.
  if (!started) return refuse({ request, reply, returnPath: "/" }, "sign-in-unknown", options);
  reply.header("set-cookie", spentCookie);
  const back = { request, reply, returnPath: started.returnPath };
  const address = request.ip;
  try {
    return await letIn(back, await claimsOf(request, started, options), options);
  } catch (error) {
    if (error instanceof AnswerRefused) {
      const refusal = { code: "sign-in-refused", detail: error.message };
      const record = () => options.journal({ person: undefined, refusal, address });
      return refuse({ ...back, detail: error.message, record }, "sign-in-refused", options);
    }
    noteAway(request, error, options);
    return leadTo(reply, started.returnPath, "provider-away");
  }
}

const claimsOf = (request: FastifyRequest, { checks }: Started, options: OidcRoutesOptions) =>
  options.provider.finish(request.url.slice(request.url.indexOf("?")), checks);

interface Back {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly returnPath: string;
  /** For the log. */
  readonly detail?: string;
  /** Puts a refusal on record. */
  readonly record?: () => void;
}

/** Opens a session, which is not asked for before the page itself asks: so its cookie can be SameSite=Strict. */
async function letIn(back: Back, claims: Claims, options: OidcRoutesOptions) {
  const { request, reply, returnPath } = back;
  const { settings, journal, sessions, metrics, log } = options;
  const judged = personOf(claims, settings);
  const address = request.ip;
  const person = { issuer: claims.iss, subject: claims.sub };
  if ("refused" in judged) {
    const { refused, detail, name } = judged;
    const refusal = { code: refused, detail };
    const told = { ...person, ...(name !== undefined && { name }) };
    const record = () => journal({ person: told, refusal, address });
    return refuse({ ...back, detail, record }, refused, options);
  }
  const { holder } = judged;
  const signIn: SignIn = { person: { ...person, name: holder.name }, role: holder.role, address };
  if (!journal(signIn)) {
    log.warn({ ...requestFacts(request) }, "nobody is let in who is not on record");
    return leadTo(reply, returnPath, "not-on-record");
  }
  const opened = sessions.open(holder);
  request.holder = holder;
  metrics.signedIn("oidc");
  log.info({ ...requestFacts(request), by: "oidc" }, "signed in");
  reply.header("set-cookie", sessionCookie(opened.id));
  return leadTo(reply, returnPath);
}

const reasons = {
  "no-name": "no-role",
  "no-role": "no-role",
  "sign-in-refused": "sign-in-refused",
  "sign-in-unknown": "sign-in-unknown",
} as const satisfies Partial<Record<SignInFailure, UnauthorizedReason>>;

/** Counts it, and has the page tell it. @throws Problem when there were too many. */
async function refuse(
  { request, reply, returnPath, detail, record }: Back,
  failure: keyof typeof reasons,
  { turnAway, log }: OidcRoutesOptions,
) {
  const told = new Problem("sign-in-refused", "sign in again at the page, or by a token");
  const problem = await turnAway(request, reasons[failure], told);
  if (problem !== told) throw problem;
  record?.();
  if (detail !== undefined) log.info({ ...requestFacts(request), failure, detail }, "not let in");
  return leadTo(reply, returnPath, failure);
}
