import { describe, expect, it } from "vitest";
import {
  csvHead,
  csvLine,
  damagedCsvLine,
  damagedJsonLine,
  jsonLine,
} from "../../cli/devices/device-lines.ts";
import { deviceWith } from "../emulator.fixture.ts";
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

describe("what other programs write", () => {
  const utf16 = (text: string, big = false) => {
    const bytes = Buffer.from(`\ufeff${text}`, "utf16le");
    return big ? bytes.swap16() : bytes;
  };
  const read = (bytes: Buffer, format: RowFormat, pieceBytes = 5, after?: RowPosition) => {
    const open = async function* (from: number) {
      for (let at = from; at < bytes.length; at += pieceBytes) {
        yield bytes.subarray(at, at + pieceBytes);
      }
    };
    return collected(readDeviceRows({ open }, format, after));
  };
  const csv = "client_id,labels\na,x;y\n\nb,\nc.d,\n";
  const array = '[{"client_id":"a","labels":"x;y"},{"client_id":"b"},\n  {"client_id":\n"c.d"}]\n';
  const jsonl = '{"client_id":"a","labels":"x;y"}\n\n{"client_id":"b"}\n{"client_id":"c.d"}\n';
  const forms: readonly (readonly [string, RowFormat, Buffer])[] = [
    ["UTF-16, little-endian", "csv", utf16(csv)],
    ["UTF-16, big-endian", "csv", utf16(csv, true)],
    ["UTF-16 with Windows line ends", "csv", utf16(csv.replaceAll("\n", "\r\n"))],
    ["carriage returns alone", "csv", Buffer.from(csv.replaceAll("\n", "\r"))],
    ["UTF-16 with carriage returns alone", "csv", utf16(csv.replaceAll("\n", "\r"))],
    ["JSON lines with a byte order mark", "jsonl", Buffer.from(`\ufeff${jsonl}`)],
    ["JSON lines in UTF-16", "jsonl", utf16(jsonl)],
    ["a JSON array", "jsonl", Buffer.from(array)],
    ["a JSON array with a byte order mark", "jsonl", Buffer.from(`\ufeff${array}`)],
    ["a JSON array in UTF-16", "jsonl", utf16(array)],
    ["an empty last column", "csv", Buffer.from("client_id,labels,\r\na,x;y,\r\n\r\nb,,\r\nc.d,,")],
    ["a separator after the last label", "csv", Buffer.from(csv.replace("x;y", "x;y;"))],
  ];

  it.each(forms)("is read: %s", async (_, format, bytes) => {
    for (const piece of [1, 5, 100_000]) {
      const rows = await read(bytes, format, piece);
      expect(rows).toMatchObject([
        { row: { clientId: "a", labels: ["x", "y"] } },
        { row: { clientId: "b", labels: [] } },
        { reason: expect.stringContaining("client_id") },
      ]);
    }
  });

  it.each(forms)("is read from the middle: %s", async (_, format, bytes) => {
    const all = await read(bytes, format);
    for (const [i, { line, end }] of all.entries()) {
      expect(await read(bytes, format, 5, { line, end })).toEqual(all.slice(i + 1));
    }
  });

  it("counts the elements of an array, and takes text in them for text", async () => {
    const rows = await rowsOf(
      '[ {"client_id":"a","labels":["],[","\\""]}, 7,\n{"client_id":"b"} ] x',
      "jsonl",
    );

    expect(rows).toMatchObject([
      { line: 1, reason: expect.stringContaining("labels") },
      { line: 2, reason: expect.stringContaining("expected object") },
      { line: 3, row: { clientId: "b" } },
      { line: 4, reason: "it is not JSON" },
    ]);
  });

  it("a value in a column without a name is not passed over", async () => {
    expect(await rowsOf("client_id,\na,b\n", "csv")).toMatchObject([
      { reason: "it has 2 columns instead of 1" },
    ]);
  });

  it("an export is an import, of all but what was damaged", async () => {
    const record = deviceWith("-1", "s", {
      ...{ status: "suspended", labels: ["-x", "y"], region: "eu-west" },
      ...{ changedBy: "=evil", certificateFingerprint: "ab".repeat(32) },
    });
    const damaged = { clientId: "b", reason: "status is wrong, really" };
    const lines = {
      csv: [csvHead, csvLine(record), damagedCsvLine(damaged)],
      jsonl: [jsonLine(record), damagedJsonLine(damaged)],
    };
    for (const format of ["csv", "jsonl"] as const) {
      expect(await rowsOf(`${lines[format].join("\n")}\n`, format)).toMatchObject([
        {
          row: {
            ...{ clientId: "-1", status: "suspended", labels: ["-x", "y"], region: "eu-west" },
            certificateFingerprint: "ab".repeat(32),
          },
        },
        { reason: expect.stringContaining("damaged") },
      ]);
    }
  });

  it("a secret that begins like a defused cell is left as it is", async () => {
    const odd = `'=${secret}`;
    expect(await rowsOf(`client_id,secret\na,${odd}\n`, "csv")).toMatchObject([
      { row: { secret: odd } },
    ]);
  });
});
