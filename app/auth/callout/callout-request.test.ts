import { anything, assert, object, oneof, property, string, uint8Array, webUrl } from "fast-check";
import { describe, expect, it } from "vitest";
import {
  certificatePem,
  createAuthority,
  issueCertificate,
} from "../../../test/support/local-region.ts";
import { calloutRequest, calloutToken, mqttClaims } from "./callout.fixture.ts";
import { parseCalloutRequest } from "./callout-request.ts";

describe("a callout request", () => {
  it("is read as nats-server sends it", () => {
    expect(parseCalloutRequest(calloutToken(mqttClaims())).request).toEqual(calloutRequest());
  });

  it("of another protocol has no client id", () => {
    const claims = mqttClaims();
    const { mqtt_id: _, ...info } = claims.nats.client_info;
    const nats = { ...claims.nats, client_info: { ...info, type: "nats" } };

    const { request } = parseCalloutRequest(calloutToken({ ...claims, nats }));

    expect(request).toMatchObject({ transport: "nats", clientId: "" });
  });

  it("keeps names that are not ASCII", () => {
    const { request } = parseCalloutRequest(calloutToken(mqttClaims("pümp\u0000\u{1f4a7}")));

    expect(request?.clientId).toBe("pümp\u0000\u{1f4a7}");
  });

  it.each([
    ["user_nkey", "A".repeat(56)],
    ["user_nkey", undefined],
    ["server_id", { id: "edge" }],
    ["client_info", null],
    ["connect_opts", "user"],
    ["type", "user"],
  ])("with a wrong %s is malformed, and says so without repeating it", (key, value) => {
    const claims = mqttClaims("pump-7", "pump-7", "very-secret");
    const nats = { ...claims.nats, [key]: value };

    const { malformed } = parseCalloutRequest(calloutToken({ ...claims, nats }));

    expect(malformed).toContain(`nats.${key}`);
    expect(malformed).not.toContain("very-secret");
  });

  describe("over TLS", () => {
    const withTls = (tls: unknown) => {
      const claims = mqttClaims();
      const nats = { ...claims.nats, client_tls: tls };
      return parseCalloutRequest(calloutToken({ ...claims, nats }));
    };

    it("has the certificate with which each verified chain begins", async () => {
      const authority = await createAuthority("Device CA");
      const options = { subject: "CN=pump-7", usages: ["client"] } as const;
      const { certificate } = await issueCertificate(authority, options);
      const chain = [certificate, certificatePem(authority.certificate)];

      const { request } = withTls({ version: "1.3", verified_chains: [chain, chain] });

      expect(request?.certificate).toMatchObject({ commonName: "pump-7", issuer: "CN=Device CA" });
    });

    it("has none that was only shown, or where the server asked for none", async () => {
      const authority = await createAuthority("Other CA");
      const certs = [certificatePem(authority.certificate)];
      for (const tls of [
        { version: "1.3", certs },
        { version: "1.3" },
        null,
        { verified_chains: [] },
      ]) {
        expect(withTls(tls).request).toEqual(calloutRequest());
      }
    });

    it.each([
      ["nonsense", [["nonsense"]]],
      ["an empty text", [[""]]],
      ["something broken", [["-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"]]],
    ])("says that it cannot read %s", (_, verified_chains) => {
      expect(withTls({ verified_chains }).request?.certificate).toBe("unreadable");
    });

    it.each([
      [{}],
      [[[]]],
      [[[7]]],
      ["chain"],
    ])("with chains %j is malformed", (verified_chains) => {
      expect(withTls({ verified_chains }).malformed).toContain("nats.client_tls");
    });
  });

  it("never throws, whatever the bytes", () => {
    const claims = oneof(
      anything(),
      object(),
      object().map((nats) => ({ exp: 1, nats })),
    );
    const input = oneof(
      uint8Array(),
      string().map((text) => Buffer.from(text)),
      webUrl().map((text) => Buffer.from(`a.${text}.c`)),
      claims.map((value) => {
        try {
          return calloutToken(value);
        } catch {
          return Buffer.from("not serialisable");
        }
      }),
    );
    assert(
      property(input, (data) => {
        expect(parseCalloutRequest(data).malformed).toEqual(expect.any(String));
      }),
      { numRuns: 3_000 },
    );
  });

  it("never throws when parts of a real one are replaced", () => {
    assert(
      property(anything(), string(), (value, path) => {
        const claims: Record<string, unknown> = mqttClaims();
        const nats = {
          ...mqttClaims().nats,
          [path]: value,
          connect_opts: value,
          client_tls: { verified_chains: value },
        };
        let token: Uint8Array;
        try {
          token = calloutToken({ ...claims, nats });
        } catch {
          return;
        }
        const { request, malformed } = parseCalloutRequest(token);
        expect(request === undefined).toBe(malformed !== undefined);
      }),
      { numRuns: 2_000 },
    );
  });
});
