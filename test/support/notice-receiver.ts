import { createHmac, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Receiver } from "../../app/aggregator/notices/receivers.ts";

const key = randomBytes(32);
export const webhookSecret = `whsec_${key.toString("base64")}`;

interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly taken: boolean;
}

/** As a receiver verifies by Standard Webhooks. */
function isGenuine({ headers, body }: Received): boolean {
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const signature = createHmac("sha256", key).update(signed).digest("base64");
  return headers["webhook-signature"] === `v1,${signature}`;
}

/** Takes what is posted to it, or refuses. */
export async function startNoticeReceiver() {
  const requests: Received[] = [];
  let refusal: number | undefined;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    const { url: path = "", headers } = request;
    requests.push({ path, headers, body, taken: refusal === undefined });
    response.writeHead(refusal ?? 204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    /** The status that it answers from now on; undefined: it takes what comes. */
    refuse: (status: number | undefined) => {
      refusal = status;
    },
    /** Webhooks that it took, each once, in the order in which they came. */
    webhooks: () => {
      const taken = requests.filter((each) => each.taken);
      const ids = taken.map(({ headers }) => headers["webhook-id"]);
      return taken
        .filter(({ headers }, index) => ids.indexOf(headers["webhook-id"]) === index)
        .map((each) => ({ body: JSON.parse(each.body), genuine: isGenuine(each) }));
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
export type NoticeReceiver = Awaited<ReturnType<typeof startNoticeReceiver>>;

/** @returns the file that names the receivers. */
export function writeReceivers(directory: string, receivers: readonly Receiver[]): string {
  const file = join(directory, "receivers.json");
  writeFileSync(file, JSON.stringify(receivers), { mode: 0o600 });
  return file;
}
