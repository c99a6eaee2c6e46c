import { describe, expect, it, vi } from "vitest";
import { calloutLimitBytes } from "../../contract/limits.ts";
import { deviceWith } from "../../registry/emulator.fixture.ts";
import { calloutToken, expires, mqttClaims } from "./callout.fixture.ts";
import { answerOf, responderWith } from "./callout-responder.fixture.ts";
import type { Lookup } from "./decide.ts";

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

  it("of a device that is cut off is decided at once and answered late", async () => {
    let tell = () => {};
    const holdCutOff = () => new Promise<void>((resolve) => (tell = resolve));
    const { respond, counted } = responderWith({ holdCutOff });
    let answered = false;
    const answer = respond(request()).finally(() => (answered = true));

    await vi.waitFor(async () => expect(await counted("cut-off")).toBe(1));
    expect(answered).toBe(false);
    tell();
    expect(answerOf(await answer)).toMatchObject({ error: "unavailable" });
  });

  it("ends the device's session after its time", async () => {
    const { respond, clock } = responderWith();
    const { jwt } = answerOf(await respond(request()));
    const { exp } = JSON.parse(Buffer.from(jwt.split(".")[1], "base64url").toString());

    const seconds = exp - clock.now / 1000;
    expect(seconds).toBeGreaterThanOrEqual(38_879);
    expect(seconds).toBeLessThanOrEqual(47_520);
  });

  it("after too many wrong secrets is refused with the right one too, counted and recorded", async () => {
    const { respond, codes, limitedBy, lines } = responderWith();
    for (let i = 0; i < 3; i++) await respond(request("guess"));

    expect(answerOf(await respond(request()))).toMatchObject({ error: "refused" });
    expect(codes()).toEqual(["bad-secret", "bad-secret", "bad-secret", "locked-out"]);
    expect(await limitedBy("device-failures")).toBe(1);
    expect(lines.at(-1)).toContain('"limit":"device-failures"');
  });

  it("from an address that logs in too often is refused for the time being", async () => {
    const { respond, counted, limitedBy } = responderWith({ limit: 100_000 });
    for (let i = 0; i < 1_000; i++) await respond(request("guess"));
    const other = calloutToken(mqttClaims("pump-8", "pump-8", "secret"));

    expect(answerOf(await respond(other))).toMatchObject({ error: "unavailable" });
    expect(await counted("rate-limited")).toBe(1);
    expect(await limitedBy("address-rate")).toBe(1);
  });

  it("that finds no room is refused for the time being", async () => {
    const waiting: ((lookup: Lookup) => void)[] = [];
    const { respond, codes, limitedBy } = responderWith({
      lookup: () => new Promise((resolve) => waiting.push(resolve)),
    });
    const answers = Array.from({ length: 10 }, () => respond(request()));
    const refused = await respond(request());
    for (const resolve of waiting) resolve({ kind: "absent" });
    await Promise.all(answers);

    expect(answerOf(refused)).toMatchObject({ error: "unavailable" });
    expect(codes()[0]).toBe("overloaded");
    expect(await limitedBy("concurrency")).toBe(1);
  });

  it("of an unknown id is dropped while requests pile up, of a known one it is not", async () => {
    const stranger = responderWith({ known: false, backlogMs: 400 });
    const known = responderWith({ known: true, backlogMs: 1_500 });

    expect(await stranger.respond(request())).toBeUndefined();
    expect(stranger.codes()).toEqual(["overloaded"]);
    expect(await stranger.limitedBy("backlog")).toBe(1);
    expect(answerOf(await known.respond(request()))).toHaveProperty("jwt");
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

  it("that is too large is not read; the second of them is in a count, and in no line of the log", async () => {
    const { respond, codes, counted, lines } = responderWith();
    const large = calloutToken(mqttClaims("pump-7", "x".repeat(calloutLimitBytes), "secret"));

    for (let i = 0; i < 3; i++) expect(await respond(Buffer.from(large))).toBeUndefined();
    expect(codes()).toEqual(["request-too-large"]);
    expect(await counted("request-too-large")).toBe(3);
    expect(lines.join("").length).toBeLessThan(1_000);
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
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    for (const resolve of waiting) resolve(found);

    const [first, second] = (await Promise.all(answers)).map(answerOf);

    expect(first).toHaveProperty("jwt");
    expect(second).not.toHaveProperty("jwt");
    expect(second).toMatchObject({ error: "unavailable" });
    expect(codes()).toEqual(["ok"]);
  });
});
