import type { FastifyRequest } from "fastify";
import { sameProof } from "./sessions.ts";

/** Header in which the page sends the proof of its session with whatever changes something. */
export const proofHeader = "x-sentinel-proof";

/**
 * Whether a browser says that another site's page made a request. Browsers that say nothing are believed: what
 * changes something has its proof besides.
 */
export function isFromElsewhere({ headers, method }: FastifyRequest): boolean {
  const site = headers["sec-fetch-site"];
  // `none` is an address that a person typed or opened from a bookmark.
  const own = site === undefined || site === "same-origin" || (site === "none" && method === "GET");
  if (!own) return true;
  return headers.origin !== undefined && headers.origin !== `https://${headers.host}`;
}

/** Whether a request with a session's cookie may do what it asks for. */
export function isFromThePage(request: FastifyRequest, proof: string): boolean {
  if (isFromElsewhere(request)) return false;
  return request.method === "GET" || sameProof(request.headers[proofHeader], proof);
}
