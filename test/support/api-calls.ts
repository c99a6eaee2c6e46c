import type { ApiRole } from "../../app/contract/api-token.ts";

const fingerprint = "ab".repeat(32);

export interface ApiCall {
  readonly role: ApiRole;
  readonly method: string;
  readonly of: string;
  readonly body?: object;
  /** In place of a body: devices to import. */
  readonly rows?: string;
}

/** Each thing that can be done with a device, with the least role that may; the last ones end it. */
export const apiCalls: readonly ApiCall[] = [
  { role: "viewer", method: "GET", of: "" },
  { role: "viewer", method: "GET", of: "/roles" },
  { role: "operator", method: "POST", of: "", body: { clientId: "roles-2" } },
  { role: "operator", method: "POST", of: "/roles/rotate" },
  { role: "operator", method: "POST", of: "/roles/suspend" },
  { role: "operator", method: "POST", of: "/roles/resume" },
  { role: "operator", method: "POST", of: "/roles/disconnect" },
  { role: "operator", method: "PUT", of: "/roles/labels", body: { labels: ["a"] } },
  { role: "operator", method: "PUT", of: "/roles/certificate", body: { fingerprint } },
  { role: "operator", method: "DELETE", of: "/roles/certificate" },
  { role: "admin", method: "POST", of: "/import", rows: '{"client_id":"roles-3"}' },
  { role: "admin", method: "POST", of: "/roles/revoke" },
  { role: "admin", method: "DELETE", of: "/roles" },
];
