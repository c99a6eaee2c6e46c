import { Writable } from "node:stream";
import { createAccount } from "@nats-io/nkeys";
import { pino } from "pino";
import { Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { deviceWith } from "../registry/emulator.fixture.ts";
import { AuditOutbox } from "./audit-outbox.ts";
import type { AuditRecord } from "./audit-record.ts";
import { createAuthMetrics } from "./auth-metrics.ts";
import { calloutToken, expires, mqttClaims } from "./callout.fixture.ts";
import { createCalloutResponder } from "./callout-responder.ts";
import type { Lookup } from "./decide.ts";
import { accountKeyOf } from "./nkey.ts";
import { createTokenIssuer } from "./user-jwt.ts";

const seed = new TextDecoder().decode(createAccount().getSeed());
const issuer = createTokenIssuer(accountKeyOf(seed));

/** A responder that knows `pump-7` with the secret `secret`; its records are collected. */
function responderWith(options: { limit?: number; lookup?: () => Promise<Lookup> } = {}) {
  const clock = { now: expires * 1000 - 2_000 };
  const records: AuditRecord[] = [];
  const lines: string[] = [];
  const registry = new Registry();
  const outbox = new AuditOutbox({
    store: async (record) => {
      records.push(record);
      if (options.limit !== undefined) await new Promise(() => {});
    },
    limit: options.limit ?? 100,
    oldestMs: 5_000,
    inFlight: 100,
    clock: () => clock.now,
  });
  const log = pino(
    { level: "trace" },
    new Writable({
      write(chunk, _, done) {
        lines.push(String(chunk));
        done();
      },
    }),
  );
  const found: Lookup = { kind: "found", record: deviceWith("pump-7", "secret") };
  const respond = createCalloutResponder({
    lookup: options.lookup ?? (async () => found),
    outbox,
    issuer,
    metrics: createAuthMetrics(registry),
    log,
    clock: () => clock.now,
  });
  const codes = () =>
    records.map((record) => JSON.parse(Buffer.from(record.body).toString()).status_detail ?? "ok");
  const counted = async (code: string) => {
    const metric = await registry.getSingleMetric("sentinel_auth_decisions_total")?.get();
    return metric?.values.find((value) => value.labels["code"] === code)?.value;
  };
  return { respond, clock, codes, counted, lines, outbox, found };
}
const answerOf = (token: string | undefined) =>
  token && JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()).nats;
const request = (password = "secret") => calloutToken(mqttClaims("pump-7", "pump-7", password));

describe("a callout", () => {
  it("with the right secret is answered with a token, counted and recorded", async () => {
    const { respond, codes, counted } = responderWith();

    expect(answerOf(await respond(request()))).toMatchObject({ jwt: expect.any(String) });
    expect(codes()).toEqual(["ok"]);
    expect(await counted("ok")).toBe(1);
  });

  it("with a wrong one is answered with a word, and no line of the log holds it", async () => {
    const { respond, codes, lines } = responderWith();

    expect(answerOf(await respond(request("pa55word")))).toMatchObject({ error: "refused" });
    expect(codes()).toEqual(["bad-secret"]);
    expect(lines.join("")).toContain("bad-secret");
    expect(lines.join("")).not.toContain("pa55word");
  });

  it("that nobody waits for any more is not worked on", async () => {
    const asked: string[] = [];
    const { respond, clock, codes } = responderWith({
      lookup: async () => {
        asked.push("asked");
        return { kind: "absent" };
      },
    });
    clock.now = expires * 1000 + 1_000;

    expect(await respond(request())).toBeUndefined();
    expect(asked).toEqual([]);
    expect(codes()).toEqual(["request-expired"]);
  });

  it("whose look-up took too long is not answered", async () => {
    const { respond, clock, codes } = responderWith({
      lookup: async () => {
        clock.now += 2_001;
        return { kind: "found", record: deviceWith("pump-7", "secret") };
      },
    });

    expect(await respond(request())).toBeUndefined();
    expect(codes()).toEqual(["request-expired"]);
  });

  it("that cannot be read is counted and recorded", async () => {
    const { respond, codes, counted } = responderWith();

    expect(await respond(Buffer.from("nonsense"))).toBeUndefined();
    expect(codes()).toEqual(["malformed-request"]);
    expect(await counted("malformed-request")).toBe(1);
  });

  it("is refused without asking the registry while the audit is blocked", async () => {
    const { respond, counted } = responderWith({ limit: 1 });
    await respond(request());

    expect(answerOf(await respond(request()))).toEqual(
      expect.objectContaining({ error: "unavailable" }),
    );
    expect(await counted("audit-unavailable")).toBe(1);
  });

  it("is refused when the audit fills up during the look-up: nobody gets in unrecorded", async () => {
    const waiting: ((lookup: Lookup) => void)[] = [];
    const { respond, codes, found } = responderWith({
      limit: 1,
      lookup: () => new Promise((resolve) => waiting.push(resolve)),
    });
    const answers = [respond(request()), respond(request())];
    for (const resolve of waiting) resolve(found);

    const [first, second] = (await Promise.all(answers)).map(answerOf);

    expect(first).toHaveProperty("jwt");
    expect(second).not.toHaveProperty("jwt");
    expect(second).toMatchObject({ error: "unavailable" });
    expect(codes()).toEqual(["ok"]);
  });
});
