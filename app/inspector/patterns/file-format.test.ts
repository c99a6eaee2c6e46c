import { describe, expect, it } from "vitest";
import { fileFormatOf } from "./file-format.ts";
import { binaryKinds, honestBinary } from "./honest-binaries.ts";
import { createRandom } from "./random.ts";

const hex = (text: string, tail = 0) =>
  Buffer.concat([Buffer.from(text.replaceAll(" ", ""), "hex"), Buffer.alloc(tail)]);

function portableExecutable(): Buffer {
  const bytes = Buffer.alloc(0x90);
  bytes.write("MZ");
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write("PE\0\0", 0x80, "latin1");
  return bytes;
}

describe("fileFormatOf", () => {
  it.each([
    ["elf", hex("7f454c46 020101 000000000000000000 0300 3e00", 40)],
    ["elf", hex("7f454c46 010201 000000000000000000 0002 0008", 40)],
    ["pe", portableExecutable()],
    ["mach-o", hex("cffaedfe 07000001 03000000", 20)],
    ["java-class", hex("cafebabe 0000 0034 001d", 40)],
    ["dex", hex("6465780a 30333500", 40)],
    ["java-object", hex("aced0005 7372 0011 6a6176612e7574696c2e486173684d6170")],
    ["dotnet-object", hex("0001000000 ffffffff 01000000 00000000 0c02")],
    [
      "pickle-call",
      Buffer.from("\x80\x04cposix\nsystem\nq\x00X\x02\x00\x00\x00idq\x01\x85R.", "latin1"),
    ],
  ])("knows %s by its structure", (format, bytes) => {
    expect(fileFormatOf(bytes)).toBe(format);
  });

  it.each([
    ["ELF's number before a class that does not exist", hex("7f454c46 090901", 20)],
    ["MZ at the start of a reading", Buffer.from("MZ 12.5 bar")],
    ["MZ with a header that points nowhere", hex("4d5a", 80)],
    ["the favourite demonstration value", hex("cafebabe deadbeef", 20)],
    ["two bytes of a Java stream", hex("aced0102 03040506 0708090a")],
    ["a Java stream without a class name", hex("aced0005 7372 0004 00010203", 8)],
    ["CBOR that starts like a pickle", hex("80 02 03 04")],
    ["nothing", Buffer.alloc(0)],
  ])("does not take %s for a file", (_name, bytes) => {
    expect(fileFormatOf(bytes)).toBeUndefined();
  });

  it.each(binaryKinds)("finds no file in honest binaries: %s", (kind) => {
    const random = createRandom(4);
    for (let i = 0; i < 200; i++) expect(fileFormatOf(honestBinary(kind, random))).toBeUndefined();
  });
});
