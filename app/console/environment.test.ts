import { expect, it } from "vitest";
import { readConsoleEnvironment } from "./environment.ts";

const needed = {
  REPLICA: "console-1",
  NATS_SERVERS: "tls://core:4222",
  NATS_PASSWORD_FILE: "/a",
  NATS_CA_FILE: "/b",
  API_CERT_FILE: "/c",
  API_KEY_FILE: "/d",
  API_TOKENS_FILE: "/e",
  AWS_REGION: "us-east-1",
  METRICS_SOURCES: "bridge=http://bridge:8080",
  AUDIT_KEY_FILE: "/f",
  AUDIT_KEYS_FILE: "/g",
  DEVICE_INDEX_FOLDER: "/h",
};

it("serves at the usual port, and limits without being told", () => {
  expect(readConsoleEnvironment(needed)).toMatchObject({
    ...{ API_PORT: 8443, HTTP_PORT: 8080, DEVICE_TABLE: "sentinel-devices" },
    ...{ TOKEN_REQUESTS_PER_SECOND: 50, ADDRESS_FAILURES_PER_MINUTE: 30 },
    ...{ DEVICE_INDEX_READ_UNITS: 200, DEVICE_INDEX_REFILL_SECONDS: 86_400 },
    ...{ SCANNED_ITEMS_PER_REQUEST: 1_000, TOKEN_SCANNED_ITEMS_PER_MINUTE: 300_000 },
  });
});

it("names everything that is missing or wrong", () => {
  const { API_TOKENS_FILE: _, ...rest } = needed;
  const wrong = () => readConsoleEnvironment({ ...rest, API_PORT: "70000" });

  expect(wrong).toThrow("API_TOKENS_FILE");
  expect(wrong).toThrow(/API_PORT: .*got "70000"/);
});

it("takes an identity provider as JSON, and names what is wrong with it", () => {
  const read = (OIDC: string) => readConsoleEnvironment({ ...needed, OIDC }).OIDC;
  const provider = {
    ...{ name: "Example SSO", issuer: "https://id.example.com", clientId: "sentinel" },
    ...{ roleClaim: "groups", roles: { viewer: ["analysts"] } },
  };

  expect(readConsoleEnvironment(needed).OIDC).toBeUndefined();
  expect(read(JSON.stringify(provider))).toMatchObject({
    ...{ scopes: ["openid", "profile", "email"], nameClaim: "sub" },
    consoleUrl: "https://localhost:8443",
  });
  expect(() => read("{")).toThrow(/OIDC: it must be an object such as/);
  expect(() => read(JSON.stringify({ ...provider, issuer: "id", more: 1 }))).toThrow(
    /OIDC: .*it.issuer must be the provider's issuer: an https:.*it.*more/,
  );
});

it("takes where processes tell how they are, and says what such a list looks like", () => {
  const read = (METRICS_SOURCES: string) => readConsoleEnvironment({ ...needed, METRICS_SOURCES });
  const url = "http://127.0.0.1:8080";

  expect(read(`bridge=${url},report-gate=http://nats-edge:8080/`).METRICS_SOURCES).toEqual([
    { kind: "bridge", url },
    { kind: "report-gate", url: "http://nats-edge:8080" },
  ]);
  for (const wrong of [
    "bridge",
    "bridge=https://a:1",
    "bridge=http://a:1/metrics",
    "Ab=http://a",
  ]) {
    expect(() => read(wrong)).toThrow(/METRICS_SOURCES: must be a list such as bridge=http/);
  }
});
