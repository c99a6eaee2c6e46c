import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chainedRecords, stored } from "./chain.fixture.ts";
import { exportLine, parseExportLine, type StoredRecord } from "./stored-record.ts";

const [, login] = stored(chainedRecords({ logins: 1 }));
if (!login) throw new Error("the fixture has no login");

describe("a line of an export", () => {
  it("holds the event as an object, and all that the chain needs", () => {
    expect(JSON.parse(exportLine(login))).toEqual({
      sequence: 2,
      stored: new Date(login.storedAt).toISOString(),
      subject: "audit.auth.pump-7",
      signature: login.signature,
      event: JSON.parse(login.body),
    });
  });

  it("gives the same record back, also after another tool has laid it out anew", () => {
    const line = exportLine(login);
    const turned = Object.fromEntries(Object.entries(JSON.parse(line)).reverse());

    expect(parseExportLine(line)).toEqual(login);
    expect(parseExportLine(JSON.stringify(turned))).toEqual(login);
  });

  it("gives back whatever a stream can hold", () => {
    const record = fc.record({
      sequence: fc.integer({ min: 1 }),
      storedAt: fc.nat(),
      subject: fc.string(),
      body: fc.oneof(fc.string(), fc.json()),
      signature: fc.option(fc.string(), { nil: undefined }),
    });
    fc.assert(
      fc.property(record, (each: StoredRecord) => {
        const line = exportLine(each);
        expect(line).not.toContain("\n");
        expect(parseExportLine(line)).toEqual(each);
      }),
    );
  });

  it("that is none is told from one", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (line) => {
        expect(parseExportLine(line)).toBeUndefined();
      }),
    );
    expect(parseExportLine('{"sequence":1,"stored":"2026-01-01T00:00:00Z","subject":"a"}')).toBe(
      undefined,
    );
  });
});
