import { z } from "zod";
import {
  type DeviceCertificate,
  readDeviceCertificate,
} from "../../registry/device-certificate.ts";

/** What nats-server tells about a connection that wants in. Everything but the server is untrusted. */
export interface CalloutRequest {
  /** Key of the connection: the answer must be for it. */
  readonly userNkey: string;
  readonly serverId: string;
  readonly serverName: string;
  /** Number of the connection at its server. */
  readonly connection: number;
  /** When the server gives up, in milliseconds since 1970, to the second. */
  readonly expiresAt: number;
  /** Source address. */
  readonly address: string;
  /** `mqtt`, `nats`, `websocket`, … */
  readonly transport: string;
  readonly clientId: string;
  readonly userName: string;
  readonly password: string;
  /**
   * What the device has shown, when the server asked for it and found that the device CA has issued
   * it. Undefined otherwise. `unreadable`: the server has verified what OpenSSL takes for none.
   */
  readonly certificate?: DeviceCertificate | "unreadable";
}

const nkey = (kind: string) => z.string().regex(new RegExp(`^${kind}[A-Z2-7]{55}$`));
const absentIsEmpty = z.string().default("");

const ClaimsSchema = z.object({
  exp: z.int().positive(),
  nats: z.object({
    type: z.literal("authorization_request"),
    server_id: z.object({ id: nkey("N"), name: absentIsEmpty }),
    user_nkey: nkey("U"),
    client_info: z.object({
      host: absentIsEmpty,
      id: z.int().nonnegative().default(0),
      type: absentIsEmpty,
      mqtt_id: absentIsEmpty,
    }),
    connect_opts: z.object({ user: absentIsEmpty, pass: absentIsEmpty }),
    // Only what the server has verified: what it was merely shown would be in `certs`. All chains
    // begin with the device's own certificate.
    client_tls: z
      .object({ verified_chains: z.array(z.array(z.string()).min(1)).nullish() })
      .nullish(),
  }),
});

export type ParsedCallout =
  | { readonly request: CalloutRequest; readonly malformed?: never }
  | { readonly request?: never; readonly malformed: string };

/**
 * Reads the token that nats-server sends. Never throws; `malformed` says what is missing and
 * repeats nothing of the content, since a password may be in it.
 *
 * The signature is not checked: it is made with a key that the server invented at its start, so it
 * would prove nothing. That only servers send such requests is what account AUTH is for.
 */
export function parseCalloutRequest(data: Uint8Array): ParsedCallout {
  const parts = Buffer.from(data).toString("latin1").split(".");
  const [, body] = parts;
  if (parts.length !== 3 || body === undefined) return { malformed: "it is not a token" };
  let claims: unknown;
  try {
    claims = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
  } catch {
    return { malformed: "its claims are not JSON" };
  }
  const result = ClaimsSchema.safeParse(claims);
  if (!result.success) {
    const paths = result.error.issues.map((issue) => issue.path.join(".") || "claims");
    return { malformed: `missing or wrong: ${paths.join(", ")}` };
  }
  const { exp, nats } = result.data;
  const pem = nats.client_tls?.verified_chains?.[0]?.[0];
  return {
    request: {
      userNkey: nats.user_nkey,
      serverId: nats.server_id.id,
      serverName: nats.server_id.name,
      connection: nats.client_info.id,
      expiresAt: exp * 1000,
      address: nats.client_info.host,
      transport: nats.client_info.type,
      clientId: nats.client_info.mqtt_id,
      userName: nats.connect_opts.user,
      password: nats.connect_opts.pass,
      ...(pem !== undefined && { certificate: readDeviceCertificate(pem) ?? "unreadable" }),
    },
  };
}
