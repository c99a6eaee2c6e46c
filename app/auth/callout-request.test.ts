import { anything, assert, object, oneof, property, string, uint8Array, webUrl } from "fast-check";
import { describe, expect, it } from "vitest";
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
        const nats = { ...mqttClaims().nats, [path]: value, connect_opts: value };
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
