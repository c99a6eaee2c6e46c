import { describe, expect, it } from "vitest";
import { tailJson, tailLine } from "./tail-line.ts";
import { concerns, type TailMessage, tailSource } from "./tail-topics.ts";

const message = (changes: Partial<TailMessage>): TailMessage => ({
  topic: "alerts",
  stream: "MQTT_ALERTS",
  subject: "clients.pump-7.alerts",
  sequence: 9,
  at: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  headers: new Map(),
  payload: '{"id":1}',
  ...changes,
});
const auth = (event: unknown, subject = "audit.auth.pump-7") =>
  message({ topic: "auth", stream: "AUDIT", subject, payload: JSON.stringify(event) });
const client = "pump-7                  ";

describe("a line", () => {
  it("of an alert shows when, whom and what", () => {
    expect(tailLine(message({}))).toEqual({
      tone: "plain",
      text: `03:04:05.678  alert       ${client}  {"id":1}`,
    });
  });

  it("of a tagged alert shows the findings", () => {
    const headers = new Map([["Sentinel-Findings", "rule-a,rule-b"]]);

    expect(tailLine(message({ headers })).text).toContain('[rule-a,rule-b] {"id":1}');
  });

  it.each([
    [{ status_id: 1, src_endpoint: { ip: "::1" } }, "good", "admitted from ::1"],
    [
      { status_id: 2, status_detail: "bad-secret", dst_endpoint: { name: "edge-1" } },
      "bad",
      "refused: bad-secret at edge-1",
    ],
    [{ status_id: 2, status_detail: "audit-unavailable", count: 7 }, "bad", "refused 7 times"],
  ])("of a login %j", (event, tone, text) => {
    const line = tailLine(auth({ user: { uid: "pump-7" }, ...event }));

    expect(line.tone).toBe(tone);
    expect(line.text).toContain(text);
  });

  it("of a finding shows severity and title", () => {
    const event = { severity: "High", finding_info: { title: "SQL injection" } };
    const finding = message({
      topic: "findings",
      subject: "events.pattern.pump-7",
      payload: JSON.stringify(event),
      headers: new Map([["Sentinel-Verdict", "tag"]]),
    });

    const text = `03:04:05.678  finding     ${client}  high  tag  SQL injection`;
    expect(tailLine(finding)).toEqual({ tone: "bad", text });
  });

  it("of a dead letter shows reason, stage and topic", () => {
    const letter = message({
      topic: "dead-letters",
      subject: "deadletter.bridge.invalid-client-id",
      headers: new Map([["Sentinel-Topic", "clients%2Fa%20b%2Falerts"]]),
      payload: "12345",
    });

    expect(tailLine(letter).text).toContain(
      "invalid-client-id at bridge: clients/a b/alerts, 5 bytes",
    );
  });

  it("lets no stranger steer the terminal, and has an end", () => {
    const evil = `\u001b]0;owned\u0007\r\n\u202e\u009b31m${"x".repeat(10_000)}`;
    for (const topic of ["alerts", "findings", "auth", "quarantine", "dead-letters"] as const) {
      const { text } = tailLine(
        message({ topic, payload: evil, headers: new Map([["Sentinel-Topic", evil]]) }),
      );
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
      expect(text.length).toBeLessThan(250);
    }
  });

  it("as JSON holds the parsed payload and the headers", () => {
    const headers = new Map([["Nats-Msg-Id", "a"]]);

    expect(JSON.parse(tailJson(message({ headers })))).toEqual({
      topic: "alerts",
      time: "2026-01-02T03:04:05.678Z",
      client: "pump-7",
      stream: "MQTT_ALERTS",
      subject: "clients.pump-7.alerts",
      sequence: 9,
      headers: { "Nats-Msg-Id": "a" },
      payload: { id: 1 },
    });
    expect(JSON.parse(tailJson(message({ payload: "{" }))).payload).toBe("{");
  });
});

describe("the messages of one client", () => {
  it("are chosen by subject where it tells", () => {
    expect(tailSource("alerts", "a").filters).toEqual(["clients.a.alerts"]);
    expect(tailSource("findings", "a").filters).toEqual(["events.*.a"]);
    expect(tailSource("quarantine", undefined).filters).toEqual(["quarantine.*.*"]);
    expect(tailSource("auth", "a").filters).toEqual(["audit.auth.a", "audit.auth._"]);
    expect(tailSource("auth", undefined).filters).toEqual(["audit.auth.*"]);
  });

  it("are chosen by content among strangers' logins and dead letters", () => {
    const stranger = (uid: string) => auth({ user: { name: "x", uid } }, "audit.auth._");
    expect(concerns(stranger("pump-7"), "pump-7")).toBe(true);
    expect(concerns(stranger("pump-8"), "pump-7")).toBe(false);

    const headers = new Map([["Sentinel-Topic", "clients%2Fpump-7%2Falerts"]]);
    const letter = message({ topic: "dead-letters", subject: "deadletter.a.b", headers });
    expect(concerns(letter, "pump-7")).toBe(true);
    expect(concerns(letter, "pump")).toBe(false);
    expect(concerns({ ...letter, headers: new Map() }, "pump-7")).toBe(false);
  });
});
