import { type KeyObject, randomUUID, sign } from "node:crypto";
import { devicePermissions } from "../../contract/accounts.ts";
import { deviceLimits } from "../../contract/limits.ts";
import { accountNameOf } from "./nkey.ts";
import { sessionName } from "./session-proof.ts";

const HEADER = base64url({ typ: "JWT", alg: "ed25519-nkey" });

/** Signs what an auth callout is answered with. */
export interface TokenIssuer {
  /** Public key that the servers must be told to believe. */
  readonly name: string;
  /** The token that makes a connection a device of account DEVICES, for a time. */
  deviceToken(device: {
    userNkey: string;
    clientId: string;
    /** Names what it proved itself with. */
    proof: string;
    labels: readonly string[];
    nowMs: number;
    /** When the server ends the session, in seconds since 1970. */
    expires: number;
  }): string;
  /** The answer to one callout: a device token, or one word that the server logs. */
  answer(reply: {
    userNkey: string;
    serverId: string;
    nowMs: number;
    result: { token: string } | { refusal: string };
  }): string;
}

/**
 * Tokens are put together by hand, see `nkey.ts` for why, and signed on the event loop: in libuv's
 * pool a signature takes 28 instead of 23 µs, each answer becomes a write of its own, and on two
 * cores logins were not decided faster. nats-server checks both signatures, token's and answer's.
 *
 * `allowed_connection_types` is left out: nats-server 2.15 ignores it in callout answers, so that
 * other protocols are refused by `decide`. It honours the permissions and the end. `subs` and
 * `payload` it takes from a token that the client itself shows, not from a callout's answer: what
 * holds are the limits of account DEVICES in the server's configuration.
 */
export function createTokenIssuer(key: KeyObject): TokenIssuer {
  const name = accountNameOf(key);
  const signed = (claims: Record<string, unknown>, nowMs: number) => {
    const body = base64url({
      jti: randomUUID(),
      iat: Math.floor(nowMs / 1000),
      iss: name,
      ...claims,
    });
    const text = `${HEADER}.${body}`;
    return `${text}.${sign(null, Buffer.from(text), key).toString("base64url")}`;
  };
  return {
    name,
    deviceToken: ({ userNkey, clientId, proof, labels, nowMs, expires }) => {
      const { publish, subscribe } = devicePermissions(clientId);
      const nats = {
        type: "user",
        version: 2,
        pub: { allow: publish },
        sub: { allow: subscribe },
        subs: deviceLimits.subscriptions,
        payload: deviceLimits.messageBytes,
        data: -1,
        tags: ["device", ...labels],
      };
      const session = sessionName(clientId, proof);
      const claims = { sub: userNkey, aud: "DEVICES", name: session, exp: expires, nats };
      return signed(claims, nowMs);
    },
    answer: ({ userNkey, serverId, nowMs, result }) => {
      const outcome = "token" in result ? { jwt: result.token } : { error: result.refusal };
      const nats = { type: "authorization_response", version: 2, ...outcome };
      return signed({ sub: userNkey, aud: serverId, nats }, nowMs);
    },
  };
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
