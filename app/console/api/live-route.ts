import type { ServerResponse } from "node:http";
import type { FastifyRequest } from "fastify";
import { z } from "zod";
import type { Holder } from "../access/holder.ts";
import type { Sessions } from "../access/sessions.ts";
import type { TokenBook } from "../access/token-book.ts";
import type { LiveFeed } from "../live/live-feed.ts";
import { type Api, failures } from "./api.ts";
import { Problem } from "./problem.ts";

export interface LiveRouteOptions {
  readonly live: LiveFeed;
  readonly sessions: Pick<Sessions, "stands">;
  readonly tokens: Pick<TokenBook, "current">;
}

/** Pages at a time, of one token and of all. */
const [streamsOfOne, streamsOfAll] = [20, 200];
/** What a browser that does not read may leave in memory before it is cut off: a few charts' worth. */
const unreadLimitBytes = 1024 * 1024;
/** How long a browser waits until it comes again. */
const retryMs = 1_000;
/** How long one may take to read what was written before its end. */
const endingMs = 1_000;

const event = (name: string, value: unknown) =>
  `event: ${name}\ndata: ${JSON.stringify(value)}\n\n`;

const LiveEvent = z
  .object({
    event: z.enum(["history", "now"]).optional(),
    data: z.string().describe("JSON"),
    retry: z.int().optional(),
  })
  .describe("Each event");

/** What happens in the region, as server-sent events: `history` first, then `now` again and again. */
export function addLiveRoute(api: Api, { live, ...access }: LiveRouteOptions): void {
  const streams = new Map<ServerResponse, string>();
  api.addHook("preClose", async () => {
    for (const response of streams.keys()) response.end();
  });
  api.get(
    "/live",
    {
      config: { access: "viewer", unattended: true },
      schema: {
        tags: ["live"],
        summary: "Tells how the region is, every two seconds, as server-sent events",
        description:
          "`history`: the points of the last quarter of an hour, once. `now`: figures, troubles and processes. Ends with the session.",
        response: {
          200: { description: "Events", content: { "text/event-stream": { schema: LiveEvent } } },
          ...failures,
        },
      },
    },
    async (request, reply) => {
      const holder = request.holder as Holder;
      const theirs = [...streams.values()].filter((name) => name === holder.name).length;
      if (theirs >= streamsOfOne || streams.size >= streamsOfAll) {
        throw new Problem("too-many-requests", "close other pages of this server, then try again", {
          headers: { "retry-after": "5" },
        });
      }
      reply.hijack();
      const response = reply.raw;
      streams.set(response, holder.name);
      // A connection may break at any write: `close` follows.
      response.on("error", () => {});
      response.writeHead(200, { ...headersOf(reply.getHeaders()), ...streamHeaders });
      response.write(`retry: ${retryMs}\n${event("history", live.history)}`);
      if (live.latest) response.write(event("now", live.latest));
      const unlisten = live.listen((overview) => {
        if (response.writableLength > unreadLimitBytes) response.destroy();
        else if (isLetIn(request, access)) return void response.write(event("now", overview));
        else endSoon(response);
        unlisten();
      });
      response.on("close", () => {
        unlisten();
        streams.delete(response);
      });
    },
  );
}

/** Whoever sleeps would keep a place until TCP gives up. */
function endSoon(response: ServerResponse): void {
  response.end();
  const late = setTimeout(() => response.destroy(), endingMs);
  response.once("close", () => clearTimeout(late));
}

const streamHeaders = { "content-type": "text/event-stream", "cache-control": "no-store" };

const headersOf = (headers: object) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** The session may end, or the token be withdrawn, while a page looks on. */
const isLetIn = (
  { holder, session }: FastifyRequest,
  { sessions, tokens }: Omit<LiveRouteOptions, "live">,
): boolean =>
  session ? sessions.stands(session.key) : holder !== null && tokens.current(holder) !== undefined;
