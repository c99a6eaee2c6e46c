import { expect, it } from "vitest";
import {
  admissionSettingsOf,
  limitSettingsOf,
  readAuthEnvironment,
  recordLimitsOf,
} from "./environment.ts";

const needed = {
  REPLICA: "auth-1",
  NATS_SERVERS: "tls://core:4222",
  NATS_PASSWORD_FILE: "/a",
  NATS_CA_FILE: "/b",
  CLOSER_PASSWORD_FILE: "c",
  CALLOUT_PASSWORD_FILE: "/c",
  AUTH_ISSUER_SEED_FILE: "/d",
  AWS_REGION: "us-east-1",
  AUDIT_KEY_FILE: "/f",
  AUDIT_KEYS_FILE: "/g",
};

it("limits, without being told, what no carrier's address and no single device reaches", () => {
  const environment = readAuthEnvironment(needed);

  expect(limitSettingsOf(environment)).toEqual({
    loginsPerAddressPerSecond: 1_000,
    deviceFailures: 10,
    addressFailures: 1_000,
    lockout: { firstSeconds: 60, longestSeconds: 900 },
  });
  expect(admissionSettingsOf(environment)).toMatchObject({ atOnce: 4_000, strangersAtOnce: 2_000 });
  expect(environment.SESSION_SECONDS).toBe(12 * 3_600);
});

it("takes secrets for what devices prove themselves with, unless it is told", () => {
  expect(readAuthEnvironment(needed).DEVICE_AUTH).toBe("secret");
  const certificates = readAuthEnvironment({ ...needed, DEVICE_AUTH: "certificate" });
  expect(certificates.DEVICE_AUTH).toBe("certificate");
  expect(() => readAuthEnvironment({ ...needed, DEVICE_AUTH: "both" })).toThrow("DEVICE_AUTH");
});

it("names the setting that is wrong", () => {
  expect(() => readAuthEnvironment({ ...needed, LOCKOUT_SECONDS: "0" })).toThrow("LOCKOUT_SECONDS");
});

it("bounds what refusals and repeated logins add to AUDIT, without being told", () => {
  expect(recordLimitsOf(readAuthEnvironment(needed))).toEqual({
    refusals: { atOnce: 600, perMinute: 5, perAddress: 5 },
    loginsPerHour: 20,
  });
  expect(() => readAuthEnvironment({ ...needed, AUDIT_REFUSALS_AT_ONCE: "1" })).toThrow(
    "AUDIT_REFUSALS_AT_ONCE",
  );
});
