import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { auditRecord } from "../audit/authentication-event.ts";
import { tailJson, tailLine } from "../cli/tail/tail-line.ts";
import { csvField, plainField } from "./csv-field.ts";
import { hostileTexts, isHarmless } from "./hostile-texts.fixture.ts";
import { printable, printableJson } from "./printable.ts";

it("there are 200 hostile texts, and none of them is harmless", () => {
  expect(new Set(hostileTexts).size).toBeGreaterThanOrEqual(200);
  expect(hostileTexts.filter(isHarmless)).toEqual([]);
});

describe("printable text", () => {
  it.each(hostileTexts.map((text) => [text.slice(0, 20), text]))("%j is harmless", (_, text) => {
    const shown = printable(text, 64);

    expect(isHarmless(shown)).toBe(true);
    expect(shown.length).toBeLessThanOrEqual(64);
  });

  it("says that something was there, and that something was cut", () => {
    expect(printable("a\u202eb", 10)).toBe("a\u00b7b");
    expect(printable("abcdef", 4)).toBe("abc\u2026");
    expect(printable("abcd", 4)).toBe("abcd");
  });

  it("leaves people's names and texts alone", () => {
    const names = "J\u00fcrgen \u65e5\u672c\u8a9e \u0627\u0644\u0639 \u{1f600} a\u0301 \u2192";
    expect(printable(names, 100)).toBe(names);
  });

  it("never cuts a character in two", () => {
    expect(printable("ab\u{1f600}cd", 4)).toBe("ab\u2026");
  });
});

it.each(
  hostileTexts.map((text) => [text.slice(0, 20), text]),
)("JSON of %j is harmless, and means the same", (_, text) => {
  const json = printableJson(JSON.stringify({ [text]: text }));

  expect(isHarmless(json)).toBe(true);
  expect(JSON.parse(json)).toEqual({ [text]: text });
});

describe("a cell of CSV", () => {
  it.each(hostileTexts.map((text) => [text.slice(0, 20), text]))("of %j is harmless", (_, text) => {
    const cell = csvField(text).replace(/^"/, "");

    expect(isHarmless(cell)).toBe(true);
    expect(cell).not.toMatch(/^[=+\-@\t\r]/);
  });

  it.each([
    "=1+1",
    "+a",
    "-a",
    "@a",
    "'quoted",
    "plain",
    "'=1",
    "a,b",
    'a"b',
  ])("%j is what it was when it is read again", (text) => {
    const cell = csvField(text);
    const unquoted = /^".*"$/.test(cell) ? cell.slice(1, -1).replaceAll('""', '"') : cell;
    expect(plainField(unquoted)).toBe(text === "'=1" ? "=1" : text);
  });
});

it("what is audited of a login is harmless and bounded", () => {
  for (const text of hostileTexts) {
    const request = {
      ...{ clientId: text, userName: text, address: text, serverName: text, transport: text },
      serverId: "N",
      certificate: {
        ...{ subject: text, issuer: text, serialNumber: text },
        ...{ notAfter: 1, fingerprint: "ab" },
      },
    };
    const json = JSON.stringify(auditRecord({ request, code: "x", known: false, nowMs: 1 }).event);

    expect(isHarmless(json)).toBe(true);
    expect(json.length).toBeLessThan(4_000);
  }
});

it("what tail shows of any message is harmless and, in lines, bounded", () => {
  for (const text of hostileTexts) {
    for (const topic of ["alerts", "findings", "auth", "quarantine", "dead-letters"] as const) {
      const message = {
        ...{ topic, stream: "S", subject: `a.${text}.${text}`, sequence: 1, at: 0 },
        headers: new Map([
          ["Sentinel-Findings", text],
          ["Sentinel-Reason", text],
        ]),
        payload: JSON.stringify({ message: text, user: { uid: text }, status_detail: text }),
      };
      expect(isHarmless(tailLine(message).text)).toBe(true);
      expect(tailLine(message).text.length).toBeLessThan(300);
      expect(isHarmless(printableJson(tailJson(message)))).toBe(true);
    }
  }
});

it("lines of a process's log are harmless, bounded, and mean the same", () => {
  const script = `
    const { createLog } = await import(${JSON.stringify(join(import.meta.dirname, "log.ts"))});
    const { hostileTexts } = await import(${JSON.stringify(join(import.meta.dirname, "hostile-texts.fixture.ts"))});
    const log = createLog("test", "info");
    for (const text of hostileTexts) {
      log.info({ client: text, deep: { texts: [text] }, err: new Error(text), password: text }, text.slice(0, 100));
    }
    log.info("x".repeat(1_000_000));
  `;
  const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
    maxBuffer: 1e8,
  });
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(hostileTexts.length + 1);
  for (const [index, line] of lines.entries()) {
    expect(isHarmless(line)).toBe(true);
    expect(line.length).toBeLessThan(100_000);
    const text = hostileTexts[index];
    if (text === undefined || text.length > 2_000) continue;
    expect(JSON.parse(line)).toMatchObject({
      ...{ client: text, deep: { texts: [text] }, password: "[redacted]" },
    });
  }
});
