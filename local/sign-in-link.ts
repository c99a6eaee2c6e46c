import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Region } from "./region.ts";

type Reached = Pick<Region, "endpoints" | "certificates" | "secrets">;

/**
 * A link to the region's page that signs in as admin, once: whoever can start a region may do everything in it.
 *
 * @throws Error when the console does not answer, or refuses.
 */
export function signInLink({ endpoints, certificates, secrets }: Reached): Promise<string> {
  const { apiUrl } = endpoints;
  if (apiUrl === undefined) throw new Error("the region has no console");
  const token = readFileSync(secrets.apiTokenFile("admin"), "utf8");
  const ca = readFileSync(certificates.caFile);
  const headers = { authorization: `Bearer ${token}` };
  return new Promise((resolve, reject) => {
    const sent = request(`${apiUrl}/api/v1/sign-in-links`, { method: "POST", ca, headers });
    sent.on("error", reject);
    sent.on("response", (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => {
        body += chunk;
      });
      response.on("end", () => {
        const { path } = JSON.parse(body) as { path?: string };
        if (path === undefined) reject(new Error(`the console gave no sign-in link: ${body}`));
        else resolve(`${apiUrl}${path}`);
      });
    });
    sent.end();
  });
}
