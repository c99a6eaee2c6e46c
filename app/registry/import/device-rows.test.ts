import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isClientId } from "../../contract/client-id.ts";
import { type RowFormat, type RowPosition, readDeviceRows } from "./device-rows.ts";

/** A text that arrives in pieces of a few bytes. */
const inputOf = (text: string, pieceBytes: number) => ({
  async *open(from: number) {
    const bytes = Buffer.from(text);
    for (let at = from; at < bytes.length; at += pieceBytes) {
      yield bytes.subarray(at, at + pieceBytes);
    }
  },
});

const rowsOf = (text: string, format: RowFormat, pieceBytes = 7, after?: RowPosition) =>
  collected(readDeviceRows(inputOf(text, pieceBytes), format, after));

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
const secret = "0123456789abcdef0123456789abcdef";

describe("CSV", () => {
  it("is read by its columns, in any order, with a byte order mark and Windows line ends", async () => {
    const text = `\ufeffstatus,client_id,labels,secret\r\nsuspended, a ,x;y:1,${secret}\r\n\r\n,b,,\r\n`;

    expect(await rowsOf(text, "csv")).toMatchObject([
      { line: 2, row: { clientId: "a", status: "suspended", labels: ["x", "y:1"], secret } },
      { line: 4, row: { clientId: "b", status: "active", labels: [] } },
    ]);
  });

  it("may have a certificate's fingerprint, as openssl prints it or plain", async () => {
    const plain = "ab".repeat(32);
    const colons = `${"AB:".repeat(31)}AB`;
    const text = `client_id,fingerprint\na,${colons}\nb,${plain}\nc,\nd,ab\n`;

    expect(await rowsOf(text, "csv")).toMatchObject([
      { row: { clientId: "a", certificateFingerprint: plain } },
      { row: { clientId: "b", certificateFingerprint: plain } },
      { row: { clientId: "c" } },
      { reason: "fingerprint must be a SHA-256 of 64 hexadecimal digits, with or without colons" },
    ]);
  });

  it.each([
    ["a.b,,", "client_id must be 1 to 64"],
    ["b,short,", "secret must be 32 to 256"],
    ["b,,asleep", "status"],
    ["b,,\u0007", "status"],
    ["b,", "it has 2 columns instead of 3"],
    ["b,,,,", "it has 5 columns instead of 3"],
    [',"",', "client_id"],
    ['b,"x"y,', "quotes"],
    ['"b,,', "quotes"],
    [`${"b".repeat(70_000)},,`, "longer than"],
  ])("rejects %.30s and goes on with the next line", async (bad, reason) => {
    const rows = await rowsOf(`client_id,secret,status\na,,\n${bad}\nc,,\n`, "csv");

    expect(rows).toMatchObject([
      { line: 2, row: { clientId: "a" } },
      { line: 3, reason: expect.stringContaining(reason) },
      { line: 4, row: { clientId: "c" } },
    ]);
  });

  it("takes quoted values", async () => {
    const quoted = `${"x".repeat(32)},"`;
    const rows = await rowsOf(`client_id,secret\n"a","${"x".repeat(32)},"""\n`, "csv");

    expect(rows).toMatchObject([{ line: 2, row: { clientId: "a", secret: quoted } }]);
  });

  it.each([
    ["id,status\na,active\n", '"id"'],
    ["client_id,foo\n", '"foo"'],
    ["client_id,client_id\n", '"client_id"'],
    ["status\nactive\n", "no client_id"],
    ["\n \n", "no client_id"],
  ])("without the right first line is refused as a whole: %j", async (text, got) => {
    await expect(rowsOf(text, "csv")).rejects.toThrow(got);
  });

  it("passes on that its input broke off", async () => {
    async function* broken() {
      yield Buffer.from("client_id\na\n");
      throw new Error("the disk is gone");
    }

    await expect(collected(readDeviceRows({ open: broken }, "csv"))).rejects.toThrow(
      "disk is gone",
    );
  });
});

describe("JSON lines", () => {
  it("are read one by one, with labels as array or text", async () => {
    const text = `{"client_id":"a","labels":["ü:1","x"],"status":"revoked"}\n\n{"client_id":"b","labels":"x;y"}`;

    expect(await rowsOf(text.replace("ü", "u"), "jsonl", 3)).toMatchObject([
      { line: 1, row: { clientId: "a", status: "revoked", labels: ["u:1", "x"] } },
      { line: 3, row: { clientId: "b", status: "active", labels: ["x", "y"] } },
    ]);
  });

  it.each([
    ['{"client_id":"b"', "it is not JSON"],
    ['["b"]', "expected object"],
    ['{"client_id":7}', "client_id"],
    ['{"client_id":"b","colour":"red"}', "colour"],
    [`{"client_id":"${"b".repeat(70_000)}"}`, "longer than"],
  ])("reject a wrong line and go on: %.30s", async (bad, reason) => {
    const rows = await rowsOf(`{"client_id":"a"}\n${bad}\n{"client_id":"c"}`, "jsonl", 999);

    expect(rows).toMatchObject([
      { line: 1, row: { clientId: "a" } },
      { line: 2, reason: expect.stringContaining(reason) },
      { line: 3, row: { clientId: "c" } },
    ]);
  });
});

it("never repeats a secret in a reason", async () => {
  const wrong = `${"s".repeat(300)}`;
  const rows = await rowsOf(`client_id,secret\na,${wrong}\nb,"${wrong}"x\n`, "csv");

  expect(rows).toHaveLength(2);
  expect(JSON.stringify(rows)).not.toContain("sss");
});

describe("an input that is read from the middle", () => {
  const csv = 'client_id,status\r\na,active\n\nb,"active"\nb.d,active\n\u00fc,active\nc,suspended';
  const jsonl = csv
    .split("\n")
    .slice(1)
    .map((line) => (line === "" ? "" : JSON.stringify({ client_id: line.split(",")[0] })))
    .join("\n");

  it.each([
    ["csv" as const, csv],
    ["jsonl" as const, jsonl],
  ])("goes on after any row as if it had never stopped: %s", async (format, text) => {
    const all = await rowsOf(text, format);
    expect(all.length).toBe(5);
    for (const [i, { line, end }] of all.entries()) {
      expect(await rowsOf(text, format, 5, { line, end })).toEqual(all.slice(i + 1));
    }
  });
});

describe("any input", () => {
  const anyRow = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc
      .record({ client_id: fc.string(), labels: fc.anything(), status: fc.string() })
      .map((row) => JSON.stringify(row)),
    fc.array(fc.string({ unit: "grapheme" }), { maxLength: 4 }).map((fields) => fields.join()),
    fc.constant("good,,"),
    fc.constant('{"client_id":"good"}'),
  );
  const anyRows = fc.array(anyRow, { maxLength: 12 });

  it.each([
    "csv",
    "jsonl",
  ] as const)("of %s gives rows with right ids, or reasons", async (format) => {
    await fc.assert(
      fc.asyncProperty(anyRows, fc.integer({ min: 1, max: 64 }), async (lines, pieceBytes) => {
        const text = `${format === "csv" ? "client_id,labels,status\n" : ""}${lines.join("\n")}`;
        let last = 0;
        for (const { line, end, row, reason } of await rowsOf(text, format, pieceBytes)) {
          expect(line).toBeGreaterThan(last);
          last = line;
          expect(end).toBeLessThanOrEqual(Buffer.byteLength(text));
          if (row) expect(isClientId(row.clientId)).toBe(true);
          else expect(reason).toMatch(/^[^\p{Cc}]{1,300}$/u);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("is a client id only when it can be a topic level and a subject token as it is", () => {
    const anyId = fc.oneof(fc.string({ unit: "binary" }), fc.string({ maxLength: 70 }));
    fc.assert(
      fc.property(anyId, (text) => {
        const safe = text.length > 0 && text.length <= 64 && !/[^A-Za-z0-9_-]/.test(text);
        expect(isClientId(text)).toBe(safe);
      }),
      { numRuns: 2_000 },
    );
  });
});
