import type { DeviceCertificate } from "../../registry/device-certificate.ts";
import type { CalloutRequest } from "./callout-request.ts";

export const userNkey = `U${"A".repeat(55)}`;
export const serverNkey = `N${"B".repeat(55)}`;
/** When the requests of these fixtures run out, in seconds since 1970. */
export const expires = 1_800_000_002;

/** Claims as nats-server 2.15.1 sends them for an MQTT connection. */
export function mqttClaims(clientId = "pump-7", user = clientId, pass = "secret") {
  return {
    aud: "nats-authorization-request",
    exp: expires,
    jti: "TBM6PKMSG5PRKJZA3NAFNM7AIVDEDOSZNFOPT6W72BO7HPYUZTMQ",
    iat: expires - 2,
    iss: serverNkey,
    sub: `A${"C".repeat(55)}`,
    nats: {
      server_id: { name: "edge-1", host: "0.0.0.0", id: serverNkey, version: "2.15.1" },
      user_nkey: userNkey,
      client_info: {
        host: "203.0.113.9",
        id: 8,
        user,
        kind: "Client",
        type: "mqtt",
        mqtt_id: clientId,
      },
      connect_opts: { auth_token: pass, user, pass, protocol: 0 },
      type: "authorization_request",
      version: 2,
    },
  };
}

/** A token with these claims. Its signature is not one: nobody checks it. */
export function calloutToken(claims: unknown): Uint8Array {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return Buffer.from(`${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part(claims)}.c2ln`);
}

export function calloutRequest(changes: Partial<CalloutRequest> = {}): CalloutRequest {
  return {
    userNkey,
    serverId: serverNkey,
    serverName: "edge-1",
    connection: 8,
    expiresAt: expires * 1000,
    address: "203.0.113.9",
    transport: "mqtt",
    clientId: "pump-7",
    userName: "pump-7",
    password: "secret",
    ...changes,
  };
}

/** A certificate of the device CA as the request above would bring it. */
export function deviceCertificate(changes: Partial<DeviceCertificate> = {}): DeviceCertificate {
  return {
    commonName: "pump-7",
    fingerprint: "ab".repeat(32),
    subject: "CN=pump-7",
    issuer: "CN=Device CA",
    serialNumber: "01",
    notAfter: expires * 1000 + 86_400_000,
    ...changes,
  };
}
