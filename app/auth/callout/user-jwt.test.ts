import { createAccount, fromPublic } from "@nats-io/nkeys";
import { describe, expect, it } from "vitest";
import { accountKeyOf } from "./nkey.ts";
import { createTokenIssuer } from "./user-jwt.ts";

const pair = createAccount();
const issuer = createTokenIssuer(accountKeyOf(new TextDecoder().decode(pair.getSeed())));
const nowMs = 1_800_000_000_999;
const expires = 1_800_043_200;
const userNkey = `U${"A".repeat(55)}`;

/** Claims of a token whose signature NATS's own library has found good. */
function verified(token: string) {
  const [head = "", body = "", signature = ""] = token.split(".");
  const good = fromPublic(pair.getPublicKey()).verify(
    Buffer.from(`${head}.${body}`),
    Buffer.from(signature, "base64url"),
  );
  expect(good).toBe(true);
  expect(JSON.parse(Buffer.from(head, "base64url").toString())).toEqual({
    typ: "JWT",
    alg: "ed25519-nkey",
  });
  return JSON.parse(Buffer.from(body, "base64url").toString());
}

describe("a device token", () => {
  it("is signed by the issuer and allows what the contract allows, and nothing else", () => {
    const token = issuer.deviceToken({
      userNkey,
      clientId: "pump-7",
      proof: "3f9a12cd",
      labels: ["site:x"],
      nowMs,
      expires,
    });

    expect(verified(token)).toEqual({
      jti: expect.any(String),
      iat: 1_800_000_000,
      iss: pair.getPublicKey(),
      sub: userNkey,
      aud: "DEVICES",
      name: "pump-7/3f9a12cd",
      exp: expires,
      nats: {
        type: "user",
        version: 2,
        pub: { allow: ["clients.pump-7.reports", "clients.pump-7.resume"] },
        sub: { allow: ["clients.pump-7.alerts", "$MQTT.sub.>", "$MQTT.deliver.pubrel.>"] },
        subs: 50,
        payload: 65_664,
        data: -1,
        tags: ["device", "site:x"],
      },
    });
  });

  it("has an id of its own each time", () => {
    const device = { userNkey, clientId: "pump-7", proof: "00000000", labels: [], nowMs, expires };

    expect(verified(issuer.deviceToken(device)).jti).not.toBe(
      verified(issuer.deviceToken(device)).jti,
    );
  });
});

describe("an answer", () => {
  const common = { userNkey, serverId: `N${"B".repeat(55)}`, nowMs };

  it("carries the token to the server that asked", () => {
    const claims = verified(issuer.answer({ ...common, result: { token: "a.b.c" } }));

    expect(claims).toMatchObject({ aud: common.serverId, sub: userNkey });
    expect(claims.nats).toEqual({ type: "authorization_response", version: 2, jwt: "a.b.c" });
  });

  it("carries a refusal and no token", () => {
    const claims = verified(issuer.answer({ ...common, result: { refusal: "refused" } }));

    expect(claims.nats).toEqual({ type: "authorization_response", version: 2, error: "refused" });
  });
});
