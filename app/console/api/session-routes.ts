import type { FastifyRequest } from "fastify";
import { z } from "zod";
import { apiRoles } from "../../contract/api-token.ts";
import { type OidcSettings, oidcPaths } from "../../contract/oidc.ts";
import type { Logger } from "../../shared/log.ts";
import { foreign, unknownToken } from "../access/access-control.ts";
import { isFromElsewhere } from "../access/from-the-page.ts";
import type { Holder } from "../access/holder.ts";
import { requestFacts } from "../access/request-facts.ts";
import { endedCookie, sessionCookie } from "../access/session-cookie.ts";
import type { Sessions } from "../access/sessions.ts";
import type { SignInLinks } from "../access/sign-in-links.ts";
import type { TokenBook } from "../access/token-book.ts";
import type { TurnAway } from "../access/turning-away.ts";
import type { ConsoleMetrics } from "../console-metrics.ts";
import { type Api, answer, failures, secretHeaders } from "./api.ts";
import { Problem } from "./problem.ts";

export interface SessionRoutesOptions {
  readonly tokens: Pick<TokenBook, "holderOf">;
  readonly sessions: Sessions;
  readonly links: SignInLinks;
  readonly turnAway: TurnAway;
  /** The identity provider by which people may sign in, too. */
  readonly oidc: OidcSettings | undefined;
  readonly metrics: Pick<ConsoleMetrics, "signedIn">;
  readonly log: Logger;
}

const tags = ["session"];
const secret = z.string().min(1).max(256);
const SignIn = z.union([z.strictObject({ token: secret }), z.strictObject({ code: secret })]);

const Session = z
  .object({
    name: z.string().describe("The audit calls its person `api:<name>`"),
    role: z.enum(apiRoles),
    proof: z
      .string()
      .optional()
      .describe("Sent as `x-sentinel-proof` with whatever changes something; absent with a token"),
    endsAt: z.iso.datetime().optional().describe("At the latest; absent with a token"),
    by: z.enum(["token", "oidc"]).describe("A token, or the identity provider"),
  })
  .meta({ id: "Session" });

const SignInWays = z
  .object({
    oidc: z
      .object({
        provider: z.string().describe("What people call it"),
        path: z
          .string()
          .describe("Where a browser goes to sign in by it, with `?return=` and a view"),
      })
      .optional()
      .describe("OpenID Connect; absent when no provider is set"),
  })
  .meta({ id: "SignInWays" });

const SignInLink = z
  .object({
    code: z.string().describe("Opens one session, once"),
    path: z.string().describe("Where the page takes it, after the address of this server"),
    endsAt: z.iso.datetime(),
  })
  .meta({ id: "SignInLink" });

const SignOutQuery = z.strictObject({
  everywhere: z
    .enum(["true", "false"])
    .default("false")
    .describe("Also all other sessions of the same token or person, and links that wait"),
});

const iso = (ms: number) => new Date(ms).toISOString();

/** How the page's person signs in and out. */
export function addSessionRoutes(api: Api, options: SessionRoutesOptions): void {
  addSignIn(api, options);
  addSignOut(api, options);
  addSignInWays(api, options);
  api.get(
    "/session",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Says who is signed in, and keeps the session from ending by idleness",
        response: { 200: answer("Who it is", Session), ...failures },
      },
    },
    async ({ holder, session }) => sessionView(holder, session),
  );
  api.post(
    "/sign-in-links",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Makes a link that signs in once, with the role of whoever asks",
        description:
          "At most 20 of a token wait; beyond it the oldest is forgotten. Made by a session, it opens one that ends with that at the latest.",
        response: { 201: answer("Good for a quarter of an hour", SignInLink), ...failures },
      },
    },
    async ({ holder, session }, reply) => {
      const { code, endsAt } = options.links.issue(holder as Holder, session?.endsAt);
      reply.code(201).headers(secretHeaders);
      // After the hash: it is in no request line, no log and no Referer.
      return { code, path: `/#code=${code}`, endsAt: iso(endsAt) };
    },
  );
}

function addSignIn(api: Api, { sessions, metrics, log, ...options }: SessionRoutesOptions): void {
  api.post(
    "/session",
    {
      config: { access: "public" },
      schema: {
        tags,
        summary: "Signs in: gives a session's cookie for a token, or for the code of a link",
        body: SignIn,
        response: { 201: answer("Signed in", Session), ...failures },
      },
    },
    async (request, reply) => {
      if (isFromElsewhere(request)) {
        throw await options.turnAway(request, "not-from-the-page", foreign());
      }
      const { holder, by, sessionEndsAt } = await signedIn(request, request.body, options);
      const opened = sessions.open(holder, sessionEndsAt);
      request.holder = holder;
      metrics.signedIn(by);
      log.info({ ...requestFacts(request), by }, "signed in");
      reply.code(201).headers({ ...secretHeaders, "set-cookie": sessionCookie(opened.id) });
      return sessionView(holder, sessions.find(opened.id) ?? null);
    },
  );
}

/** @throws Problem for whom nobody knows. */
async function signedIn(
  request: FastifyRequest,
  body: z.infer<typeof SignIn>,
  { tokens, links, turnAway }: Pick<SessionRoutesOptions, "tokens" | "links" | "turnAway">,
) {
  if ("code" in body) {
    const redeemed = links.redeem(body.code);
    if (redeemed) return { ...redeemed, by: "link" as const };
    const detail =
      "a link works once, for a quarter of an hour; have a new one made, or use a token";
    throw await turnAway(request, "link-unknown", new Problem("link-unknown", detail));
  }
  const holder = tokens.holderOf(body.token);
  if (!holder) throw await turnAway(request, "token-unknown", unknownToken());
  return { holder, by: "token" as const, sessionEndsAt: undefined };
}

function addSignInWays(api: Api, { oidc }: SessionRoutesOptions): void {
  api.get(
    "/sign-in-ways",
    {
      config: { access: "public" },
      schema: {
        tags,
        summary: "Says how people may sign in at the page, besides by a token",
        response: { 200: answer("The ways", SignInWays), ...failures },
      },
    },
    async () => (oidc ? { oidc: { provider: oidc.name, path: oidcPaths.begin } } : {}),
  );
}

function addSignOut(api: Api, { sessions, links, log }: SessionRoutesOptions): void {
  api.delete(
    "/session",
    {
      config: { access: "viewer" },
      schema: {
        tags,
        summary: "Signs out",
        querystring: SignOutQuery,
        response: { 204: z.undefined().describe("The session has ended"), ...failures },
      },
    },
    async (request, reply) => {
      const { holder, session, query } = request;
      if (session) sessions.close(session.key);
      if (query.everywhere === "true") {
        sessions.closeAll(holder as Holder);
        links.forgetAll(holder as Holder);
      }
      log.info({ ...requestFacts(request), everywhere: query.everywhere }, "signed out");
      reply.code(204).header("set-cookie", endedCookie);
    },
  );
}

const sessionView = (
  holder: Holder | null,
  session: { readonly proof: string; readonly endsAt: number } | null,
) => ({
  name: holder?.name ?? "",
  role: holder?.role ?? ("viewer" as const),
  by: holder?.by ?? ("token" as const),
  ...(session && { proof: session.proof, endsAt: iso(session.endsAt) }),
});
