/** What must not reach a terminal, a log or a table as it is, by the number of its character. */
const ranges: readonly (readonly [from: number, to: number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0xad, 0xad],
  [0x34f, 0x34f],
  [0x61c, 0x61c],
  [0x115f, 0x1160],
  [0x180b, 0x180f],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0f],
  [0xfeff, 0xfeff],
  [0xfff0, 0xfffb],
  [0xe0001, 0xe007f],
];

/** True for text of which nothing moves a cursor, hides or reorders. Written apart from `printable`. */
export function isHarmless(text: string): boolean {
  return [...text].every((character) => {
    const code = character.codePointAt(0) ?? 0;
    const surrogate = code >= 0xd800 && code <= 0xdfff;
    return !surrogate && !ranges.some(([from, to]) => code >= from && code <= to);
  });
}

const single = ranges.flatMap(([from, to]) => {
  const step = Math.max(1, Math.ceil((to - from) / 40));
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, i) => from + i * step);
});

const sequences = [
  "\u001b[2J\u001b[H",
  "\u001b[31mred\u001b[0m",
  "\u001b[8mhidden\u001b[28m",
  "\u001b]0;title\u0007",
  "\u001b]8;;http://evil.example\u001b\\link\u001b]8;;\u001b\\",
  "\u001b]52;c;cm0gLXJmIH4=\u0007",
  "\u001bP+q544e\u001b\\",
  "\u001bc",
  "\u009b2J",
  "\u009d0;title\u009c",
  "done\rFAIL",
  "\u001b[1A\u001b[2Kgone",
  "\u001b[?1049h",
  "\u001b(0lqk",
  "\u001b]1337;File=:AAAA\u0007",
  "ok\b\b\bno",
  "a\nsentinel: revoked",
  'a\r\n{"level":"info"}',
  "\u202egpj.exe",
  "\u2066admin\u2069\u202e",
  "adm\u200bin",
  "\ufeffadmin",
  "a\u2028b\u2029c",
  "\ud800",
  "x\udc00y",
  "\udbff".repeat(3),
  "\u0000",
  "\u{e0041}\u{e0042}",
  "=cmd|' /C calc'!A0\u0000",
  "+1+1\u202e",
  "-2+3\u200b",
  "@SUM(A1)\u0007",
  "\t=1+1",
  "\r=1+1",
  "\u001b".repeat(5_000),
  `${"\u202e".repeat(100_000)}end`,
];

/** Each is harmful in one way. */
export const hostileTexts: readonly string[] = [
  ...sequences,
  ...single.map((code) => `pump${String.fromCodePoint(code)}7`),
];
