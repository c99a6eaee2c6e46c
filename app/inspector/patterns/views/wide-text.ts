/** Shorter than this, two zero bytes are a number. */
const shortestBytes = 12;
const looked = 256;

interface Encoding {
  /** Bytes of a letter: UTF-16 or UTF-32. */
  readonly width: 2 | 4;
  readonly order: "big" | "little";
}

/** UTF-16 or UTF-32, with or without a byte order mark, as UTF-8; undefined if it is none. */
export function narrowText(bytes: Uint8Array): Buffer | undefined {
  if (bytes.length < shortestBytes || !bytes.includes(0)) return undefined;
  const encoding = encodingOf(bytes);
  if (!encoding) return undefined;
  const { width, order } = encoding;
  const letters = Buffer.from(bytes.subarray(0, bytes.length - (bytes.length % width)));
  if (order === "big") width === 2 ? letters.swap16() : letters.swap32();
  const text = width === 2 ? letters.toString("utf16le") : fromUtf32(letters);
  return Buffer.from(text.replace(/^\ufeff/, ""));
}

/** The first four bytes: a mark, or, as every reader of JSON knows it, a bracket between zeros. */
const beginnings: readonly (readonly [RegExp, Encoding])[] = [
  [/^(?:fffe0000|(?:0[9ad]|20|5b|7b)000000)/, { width: 4, order: "little" }],
  [/^0000(?:feff|00(?:0[9ad]|20|5b|7b))/, { width: 4, order: "big" }],
  [/^(?:fffe|(?:0[9ad]|20|5b|7b)00(?!00)[0-7].00)/, { width: 2, order: "little" }],
  [/^(?:feff|00(?:0[9ad]|20|5b|7b)00(?!00)[0-7])/, { width: 2, order: "big" }],
];

function encodingOf(bytes: Uint8Array): Encoding | undefined {
  const head = Buffer.from(bytes.subarray(0, 4)).toString("hex");
  const begun = beginnings.find(([beginning]) => beginning.test(head));
  return begun?.[1] ?? likelyEncoding(bytes.subarray(0, looked));
}

/** Nearly all letters are plain, with zeros between them. */
function likelyEncoding(bytes: Uint8Array): Encoding | undefined {
  for (const width of [2, 4] as const) {
    const most = Math.floor(bytes.length / width);
    let [big, little] = [0, 0];
    for (let at = 0; at < most * width; at += width) {
      const [first = 0, last = 0] = [bytes[at], bytes[at + width - 1]];
      const isZero = width === 2 || (bytes[at + 1] === 0 && bytes[at + 2] === 0);
      if (isZero && first === 0 && isPlain(last)) big++;
      if (isZero && last === 0 && isPlain(first)) little++;
    }
    if (little >= most * 0.8) return { width, order: "little" };
    if (big >= most * 0.8) return { width, order: "big" };
  }
  return undefined;
}

function isPlain(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x09 || byte === 0x0a || byte === 0x0d;
}

/** Of what is no letter, some readers make one that says so. */
function fromUtf32(letters: Buffer): string {
  const text = Array.from({ length: letters.length / 4 }, (_, at) => {
    const code = letters.readUInt32LE(at * 4);
    return String.fromCodePoint(code > 0x10ffff ? 0xfffd : code);
  });
  return text.join("");
}
