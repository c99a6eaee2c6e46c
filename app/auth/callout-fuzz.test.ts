import { assert, asyncProperty, constantFrom, oneof, record, string } from "fast-check";
import { expect, it, vi } from "vitest";
import { deviceWith } from "../registry/emulator.fixture.ts";
import { calloutToken, mqttClaims } from "./callout.fixture.ts";
import { answerOf, responderWith } from "./callout-responder.fixture.ts";

const text = oneof(string(), string({ unit: "binary" }), string({ maxLength: 5_000 }));
const login = record({
  clientId: oneof(text, constantFrom("pump-7", "pump-7\n", "*", "pump-7.>", "__proto__", "")),
  user: oneof(text, constantFrom("pump-7", "PUMP-7", "__proto__")),
  pass: oneof(string({ minLength: 12 }), constantFrom("secret")),
  host: oneof(text, constantFrom("203.0.113.9", "::1", "2001:db8::1%eth0", "")),
  type: oneof(text, constantFrom("mqtt", "nats")),
});

it("whatever a stranger writes into a login, it is answered, recorded, and admits the device only", async () => {
  const many = 1_000_000;
  const { respond, lines, records } = responderWith({
    settings: { loginsPerAddressPerSecond: many, deviceFailures: many, addressFailures: many },
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
