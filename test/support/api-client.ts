import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { Agent, request } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import type { ApiRole } from "../../app/contract/api-token.ts";
import type { Region } from "../../local/region.ts";

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What a JSON answer holds; undefined without a body. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it
  readonly body: any;
}

export interface Sent {
  /** Sent as JSON; a string as it is. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends one request and resolves with whatever is answered. Rejects when nothing is. */
export type ApiClient = (method: string, path: string, sent?: Sent) => Promise<Answer>;

/** Speaks to an API over TLS, with a token or without. */
export function apiClient(options: {
  readonly url: string;
  readonly caFile: string;
  readonly token?: string | undefined;
}): ApiClient {
  const agent = new Agent({ ca: readFileSync(options.caFile), keepAlive: true, maxSockets: 32 });
  const authorization = options.token && { authorization: `Bearer ${options.token}` };
  return (method, path, { body, headers = {} } = {}) =>
    new Promise((resolve, reject) => {
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const typed = text === undefined ? {} : { "content-type": "application/json" };
      const sent = request(
        `${options.url}${path}`,
        { agent, method, headers: { ...typed, ...authorization, ...headers } },
        (response) => {
          let received = "";
          response.setEncoding("utf8");
          response.on("data", (chunk) => {
            received += chunk;
          });
          response.on("error", reject);
          response.on("end", () => {
            const { statusCode = 0, headers: answered } = response;
            const parsed = received === "" ? undefined : JSON.parse(received);
            resolve({ status: statusCode, headers: answered, body: parsed });
          });
        },
      );
      sent.on("error", reject);
      sent.end(text);
    });
}

/** The API of a region, with the token of a role. Comes again when it is told that it is too fast. */
export function regionApi(region: Region, role: ApiRole): ApiClient {
  const { apiUrl: url } = region.endpoints;
  if (url === undefined) throw new Error("the region has no console");
  const token = readFileSync(region.secrets.apiTokenFile(role), "utf8");
  const send = apiClient({ url, caFile: region.certificates.caFile, token });
  return async (...request) => {
    for (;;) {
      const answer = await send(...request);
      if (answer.status !== 429) return answer;
      await pause(Number(answer.headers["retry-after"]) * 1000);
    }
  };
}
