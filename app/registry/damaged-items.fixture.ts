import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { type DeviceItem, deviceItem } from "./device-record.ts";
import { deviceWith } from "./emulator.fixture.ts";

const text = (S: string): AttributeValue => ({ S });
const number = (N: string): AttributeValue => ({ N });

/** One value for one attribute, each of a kind that no tool of ours writes. */
export const damages: Readonly<Record<string, Record<string, AttributeValue | undefined>>> = {
  version: {
    missing: undefined,
    beyondExact: number("9007199254740993"),
    huge: number("9".repeat(38)),
    negative: number("-1"),
    fraction: number("1.5"),
    text: text("1"),
    nothing: { NULL: true },
    hugeText: text("9".repeat(100_000)),
    map: { M: { N: number("1") } },
  },
  previous: {
    endless: {
      M: {
        secretHash: { B: new Uint8Array(32) },
        salt: { B: new Uint8Array(16) },
        validUntil: number("9999999999999999"),
      },
    },
    empty: { M: {} },
    text: text("secret"),
  },
  createdAt: { missing: undefined, never: number("9999999999999999"), date: text("2026-01-01") },
  changedAt: {
    missing: undefined,
    never: number("8640000000000001"),
    bytes: { B: new Uint8Array(8) },
  },
  changedBy: {
    reordered: text("eve\u202egnp.exe"),
    huge: text("x".repeat(390_000)),
    list: { L: [] },
  },
  status: {
    missing: undefined,
    later: text("quarantined"),
    number: number("1"),
    escapes: text("\u001b[2J\u001b]0;owned\u0007"),
  },
  secretHash: { missing: undefined, short: { B: new Uint8Array(31) }, text: text("aGFzaA==") },
  salt: { missing: undefined, long: { B: new Uint8Array(1_000) } },
  labels: {
    thousands: { L: Array.from({ length: 5_000 }, (_, i) => text(`label-${i}`)) },
    set: { SS: ["a", "b"] },
    formula: { L: [text("=cmd|' /C calc'!A0")] },
    mixed: { L: [text("a"), number("1"), { NULL: true }] },
  },
  region: { upper: text("EU-WEST"), huge: text("r".repeat(1_000)), flag: { BOOL: true } },
  certificateFingerprint: { short: { B: new Uint8Array(1) }, hex: text("ab".repeat(32)) },
};

/** Keys that are no client ids. */
export const strangeKeys: readonly string[] = [
  "a.b",
  "pump 7",
  "pump-7\u200b",
  "p\u0443mp-7",
  "\u001b[31mred",
  "line\nbreak",
  "\u202e7-pmup",
  "*",
  ">",
  "../../etc/passwd",
  "=1+1",
  "key:cHVtcC03",
  "x".repeat(65),
  "\u00e9".repeat(1_024),
];

/** A healthy item of an active device with this secret, some of its attributes changed. */
export function damagedItem(
  key: string,
  secret: string,
  changes: Readonly<Record<string, AttributeValue | undefined>>,
): DeviceItem {
  const item = { ...deviceItem(deviceWith("pump-7", secret)), clientId: { S: key }, ...changes };
  const there = Object.entries(item).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as DeviceItem;
}

/** Every single damage, by the name `attribute.kind`. */
export const singleDamages: readonly (readonly [string, DeviceItem["x"] | undefined, string])[] =
  Object.entries(damages).flatMap(([attribute, kinds]) =>
    Object.entries(kinds).map(
      ([kind, value]) => [`${attribute}.${kind}`, value, attribute] as const,
    ),
  );

const anyText = fc.string({ unit: "binary", maxLength: 40 });
const anyNumber = fc.oneof(
  fc.maxSafeInteger().map(String),
  fc.constantFrom("0", "1e125", "-1e125", "1e-130", "9".repeat(38), "9007199254740993"),
  fc.integer().map((n) => String(n / 1_000)),
);
const anyValue: fc.Arbitrary<AttributeValue> = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    anyText.map(text),
    anyNumber.map(number),
    fc.uint8Array({ minLength: 1, maxLength: 40 }).map((B): AttributeValue => ({ B })),
    fc.boolean().map((BOOL): AttributeValue => ({ BOOL })),
    fc.constant<AttributeValue>({ NULL: true }),
    fc
      .uniqueArray(
        anyText.filter((member) => member !== ""),
        { minLength: 1, maxLength: 3 },
      )
      .map((SS): AttributeValue => ({ SS })),
    fc.array(tie("value"), { maxLength: 20 }).map((L): AttributeValue => ({ L })),
    fc.dictionary(anyText, tie("value"), { maxKeys: 3 }).map((M): AttributeValue => ({ M })),
  ),
})).value;

/** What may stand in a table that somebody else writes: one attribute or several are anything. */
export const anyDamage: fc.Arbitrary<Record<string, AttributeValue | undefined>> = fc.dictionary(
  fc.constantFrom(...Object.keys(damages), "somethingNew"),
  fc.option(anyValue, { nil: undefined, freq: 4 }),
  { minKeys: 1, maxKeys: 4, noNullPrototype: true },
);
