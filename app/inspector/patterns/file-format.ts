export const fileFormats = [
  "elf",
  "pe",
  "mach-o",
  "java-class",
  "dex",
  "java-object",
  "dotnet-object",
  "pickle-call",
] as const;
/** What runs, or is made to run code while it is read. Pictures and archives are no concern. */
export type FileFormat = (typeof fileFormats)[number];

/**
 * What the payload is as a whole, if it is one of these.
 *
 * The magic number alone says little: two or four bytes stand at the start of some reading every
 * day. Each format is believed only with the structure that has to follow its number.
 */
export function fileFormatOf(payload: Uint8Array): FileFormat | undefined {
  // Cheap for what comes all the time: JSON and plain text begin with none of these.
  if (firstBytes[payload[0] ?? 0x20] !== 1) return undefined;
  const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  return fileFormats.find((format) => isFormat[format](bytes));
}

const firstBytes = new Uint8Array(256);
for (const byte of [0x7f, 0x4d, 0xfe, 0xce, 0xcf, 0xca, 0x64, 0xac, 0x00, 0x80])
  firstBytes[byte] = 1;

const isFormat: Readonly<Record<FileFormat, (bytes: Buffer) => boolean>> = {
  /** Class and byte order are 1 or 2, the version is 1, and the type is one that can be loaded if it is there. */
  elf: (bytes) => {
    if (!startsWith(bytes, "7f454c46") || bytes.length < 7) return false;
    const [bits, order, version] = bytes.subarray(4, 7);
    if ((bits !== 1 && bits !== 2) || (order !== 1 && order !== 2) || version !== 1) return false;
    if (bytes.length < 18) return true;
    const type = order === 1 ? bytes.readUInt16LE(16) : bytes.readUInt16BE(16);
    return type >= 1 && type <= 4;
  },
  /** `MZ`, and `PE\0\0` where the header says that it is. */
  pe: (bytes) => {
    if (!startsWith(bytes, "4d5a") || bytes.length < 0x40) return false;
    const at = bytes.readUInt32LE(0x3c);
    return at + 4 <= bytes.length && startsWith(bytes.subarray(at), "50450000");
  },
  /** The number in either byte order, and a processor family that exists. */
  "mach-o": (bytes) => {
    if (bytes.length < 8) return false;
    const little = startsWith(bytes, "cefaedfe") || startsWith(bytes, "cffaedfe");
    const big = startsWith(bytes, "feedface") || startsWith(bytes, "feedfacf");
    if (!little && !big) return false;
    const family = (little ? bytes.readUInt32LE(4) : bytes.readUInt32BE(4)) & 0xff_ff_ff;
    return family === 7 || family === 12 || family === 18;
  },
  /** Versions 45 to 99; the number alone is also every other demonstration value. */
  "java-class": (bytes) => {
    if (!startsWith(bytes, "cafebabe") || bytes.length < 10) return false;
    const major = bytes.readUInt16BE(6);
    return bytes.readUInt16BE(4) <= 3 && major >= 45 && major <= 99;
  },
  dex: (bytes) => startsWith(bytes, "6465780a30") && bytes[7] === 0 && bytes.length >= 40,
  /** A stream whose first content is an object, and the name of its class. */
  "java-object": (bytes) => {
    if (!startsWith(bytes, "aced0005") || bytes.length < 10) return false;
    if (bytes[4] !== 0x73 || bytes[5] !== 0x72) return false;
    const name = bytes.subarray(8, 8 + bytes.readUInt16BE(6)).toString("latin1");
    return /^[\w.$[;]+$/.test(name);
  },
  /** The header record of BinaryFormatter: root, no header, version 1.0. */
  "dotnet-object": (bytes) => startsWith(bytes, "0001000000ffffffff0100000000000000"),
  /** A pickle that fetches something from a module and calls it. */
  "pickle-call": (bytes) => {
    const version = bytes[1] ?? 0;
    if (bytes[0] !== 0x80 || version < 2 || version > 5 || bytes.at(-1) !== 0x2e) return false;
    if (!bytes.includes("R")) return false;
    return ["posix", "subprocess", "builtins", "__builtin__", "os\n", "nt\n"].some((module) =>
      bytes.includes(module),
    );
  },
};

function startsWith(bytes: Buffer, hex: string): boolean {
  return bytes.subarray(0, hex.length / 2).toString("hex") === hex;
}
