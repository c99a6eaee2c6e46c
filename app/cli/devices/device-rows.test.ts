import { describe, expect, it } from "vitest";
import { type RowFormat, readDeviceRows } from "./device-rows.ts";

/** Rows of a text that arrives in pieces of a few bytes. */
async function rowsOf(text: string, format: RowFormat, pieceBytes = 7) {
  async function* pieces() {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  return collected(readDeviceRows(pieces(), format));
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
const secret = "0123456789abcdef0123456789abcdef";

describe("CSV", () => {
  it("is read by its columns, in any order, with a byte order mark and Windows line ends", async () => {
    const text = `\ufeffstatus,client_id,labels,secret\r\nsuspended, a ,x;y:1,${secret}\r\n\r\n,b,,\r\n`;

    expect(await rowsOf(text, "csv")).toEqual([
      { line: 2, row: { clientId: "a", status: "suspended", labels: ["x", "y:1"], secret } },
      { line: 4, row: { clientId: "b", status: "active", labels: [] } },
    ]);
  });

  it.each([
    ["a.b,,", "client_id must be 1 to 64"],
    ["b,short,", "secret must be 32 to 256"],
    ["b,,asleep", "status"],
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

    await expect(collected(readDeviceRows(broken(), "csv"))).rejects.toThrow("disk is gone");
  });
});

describe("JSON lines", () => {
  it("are read one by one, with labels as array or text", async () => {
    const text = `{"client_id":"a","labels":["ü:1","x"],"status":"revoked"}\n\n{"client_id":"b","labels":"x;y"}`;

    expect(await rowsOf(text.replace("ü", "u"), "jsonl", 3)).toEqual([
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
