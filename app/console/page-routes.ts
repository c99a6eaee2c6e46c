import type { FastifyReply, FastifyRequest } from "fastify";
import type { Api } from "./api/api.ts";
import { Problem } from "./api/problem.ts";
import type { PageFile, PageFiles } from "./page-files.ts";
import { pageViews } from "./page-views.ts";

/**
 * Nothing but this server's own files runs or is loaded, no text becomes a script or markup, and no other site may
 * frame the page or be sent a form. None of it has an exception, `unsafe-` or otherwise.
 */
const pagePolicy = [
  "default-src 'none'",
  ...["script", "style", "img", "connect", "manifest"].map((kind) => `${kind}-src 'self'`),
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** Of what is no page: it runs nothing and loads nothing, wherever it is opened. */
const answerPolicy = "default-src 'none'; frame-ancestors 'none'";

const immutable = "public, max-age=31536000, immutable";

/** Says in every answer what a browser may do with it. */
export function addSecurityHeaders(api: Api): void {
  api.addHook("onRequest", async (_request, reply) => {
    reply.headers({
      "content-security-policy": answerPolicy,
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "cross-origin-opener-policy": "same-origin",
      "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
      "cache-control": "no-store",
    });
  });
}

/** Serves the page: its document under the address of each view, and its files. Both tell nothing of the region. */
export function addPageRoutes(api: Api, { document, assets }: PageFiles): void {
  const open = { config: { access: "public" }, schema: { hide: true } } as const;
  for (const view of pageViews) {
    api.get(view, open, async (request, reply) => {
      reply.headers({
        "content-security-policy": pagePolicy,
        // It names files that a new version does not have.
        "cache-control": "no-cache",
      });
      return send(document, request, reply);
    });
  }
  api.get<{ Params: { name: string } }>("/assets/:name", open, async (request, reply) => {
    const file = assets.get(request.params.name);
    if (!file) throw new Problem("no-such-route", "the page is of another version; load it again");
    reply.header("cache-control", immutable);
    return send(file, request, reply);
  });
}

function send({ type, plain, brotli }: PageFile, request: FastifyRequest, reply: FastifyReply) {
  reply.header("vary", "accept-encoding").type(type);
  const takesBrotli = /\bbr\b/.test(request.headers["accept-encoding"] ?? "");
  if (!brotli || !takesBrotli) return plain;
  reply.header("content-encoding", "br");
  return brotli;
}
