import {
  array,
  assert,
  asyncProperty,
  constantFrom,
  nat,
  oneof,
  record,
  string,
  tuple,
} from "fast-check";
import { expect, it, vi } from "vitest";
import { createAuthority, issueCertificate } from "../../../test/support/local-region.ts";
import { readDeviceCertificate } from "../../registry/device-certificate.ts";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { calloutToken, mqttClaims } from "./callout.fixture.ts";
import { answerOf, responderWith } from "./callout-responder.fixture.ts";

const many = 1_000_000;
const unlimited = {
  loginsPerAddressPerSecond: many,
  deviceFailures: many,
  addressFailures: many,
};
const text = oneof(string(), string({ unit: "binary" }), string({ maxLength: 5_000 }));
const login = record({
  clientId: oneof(text, constantFrom("pump-7", "pump-7\n", "*", "pump-7.>", "__proto__", "")),
  user: oneof(text, constantFrom("pump-7", "PUMP-7", "__proto__")),
  pass: oneof(string({ minLength: 12 }), constantFrom("secret")),
  host: oneof(text, constantFrom("203.0.113.9", "::1", "2001:db8::1%eth0", "")),
  type: oneof(text, constantFrom("mqtt", "nats")),
});

it("whatever a stranger writes into a login, it is answered, recorded, and admits the device only", async () => {
  const { respond, lines, records } = responderWith({
    settings: unlimited,
    lookup: async (clientId) =>
      clientId === "pump-7"
        ? { kind: "found", record: deviceWith("pump-7", "secret") }
        : { kind: "absent" },
  });
  const property = asyncProperty(login, async ({ clientId, user, pass, host, type }) => {
    lines.length = 0;
    records.length = 0;
    const claims = mqttClaims(clientId, user, pass);
    const info = { ...claims.nats.client_info, host, type };
    const nats = { ...claims.nats, client_info: info };
    const own = clientId === "pump-7" && user === "pump-7" && pass === "secret" && type === "mqtt";

    const answer = answerOf(await respond(calloutToken({ ...claims, nats })));

    await vi.waitFor(() => expect(records).toHaveLength(1), { interval: 1 });
    const event = Buffer.from(records[0]?.body ?? []).toString();
    expect("jwt" in answer).toBe(JSON.parse(event).status_id === 1);
    expect("jwt" in answer && !own).toBe(false);
    const written = lines.join("") + event;
    if (pass !== "secret" && !JSON.stringify([clientId, user, host]).includes(pass)) {
      expect(written).not.toContain(JSON.stringify(pass).slice(1, -1));
    }
  });
  await assert(property, { numRuns: 1_000 });
});

/** A certificate with some of its bytes changed. */
const damaged = (pem: string) =>
  array(tuple(nat(), nat(255)), { maxLength: 4 }).map((changes) => {
    const der = Buffer.from(pem.replace(/-----[A-Z ]+-----/g, ""), "base64");
    for (const [at, byte] of changes) der[at % der.length] = byte;
    const lines = der.toString("base64").replaceAll(/.{64}/g, "$&\n");
    return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
  });

it("whatever stands for a certificate, it is answered, recorded, and admits the device that it names only", async () => {
  const authority = await createAuthority("Device CA");
  const issue = async (subject: string) =>
    (await issueCertificate(authority, { subject, usages: ["client"] })).certificate;
  const own = await issue("CN=pump-7");
  const { respond, records } = responderWith({ settings: unlimited, deviceAuth: "certificate" });
  const shown = oneof(
    constantFrom(own, await issue("CN=pump-8"), await issue("CN=pump-7,CN=pump-8"), ""),
    damaged(own),
    text,
  );
  const property = asyncProperty(login, shown, async ({ clientId, user, pass, type }, pem) => {
    records.length = 0;
    const claims = mqttClaims(clientId, user, pass);
    const info = { ...claims.nats.client_info, type };
    const tls = { version: "1.3", verified_chains: [[pem]] };
    const nats = { ...claims.nats, client_info: info, client_tls: tls };

    const answer = answerOf(await respond(calloutToken({ ...claims, nats })));

    await vi.waitFor(() => expect(records).toHaveLength(1), { interval: 1 });
    const event = JSON.parse(Buffer.from(records[0]?.body ?? []).toString());
    const names = readDeviceCertificate(pem)?.commonName;
    expect("jwt" in answer).toBe(event.status_id === 1);
    if ("jwt" in answer) expect([clientId, names, type]).toEqual(["pump-7", "pump-7", "mqtt"]);
  });
  await assert(property, { numRuns: 2_000 });
});
