import { randomBytes, randomInt, randomUUID } from "node:crypto";
import type { Properties } from "../property-values.ts";
import type { CloudPackage, Creation } from "./cloud-package.ts";

const alphabets = {
  lower: "abcdefghijklmnopqrstuvwxyz",
  upper: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
  numeric: "0123456789",
  special: "!@#$%&*()-_=+[]{}<>:?",
} as const;
const minimums = {
  lower: "minLower",
  upper: "minUpper",
  numeric: "minNumeric",
  special: "minSpecial",
} as const;

const pick = (alphabet: string, count: number) =>
  Array.from({ length: count }, () => alphabet.charAt(randomInt(alphabet.length)));

/** Characters by the same rules as RandomPassword and RandomString. */
export function randomText(inputs: Properties): string {
  const special = inputs["overrideSpecial"];
  const kinds = (Object.keys(alphabets) as (keyof typeof alphabets)[])
    .filter((kind) => inputs[kind] !== false)
    .map((kind) => ({
      alphabet: kind === "special" && typeof special === "string" ? special : alphabets[kind],
      least: Number(inputs[minimums[kind]] ?? 0),
    }));
  const characters = kinds.flatMap(({ alphabet, least }) => pick(alphabet, least));
  const every = kinds.map(({ alphabet }) => alphabet).join("");
  characters.push(...pick(every, Number(inputs["length"]) - characters.length));
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? "", characters[last] ?? ""];
  }
  return characters.join("");
}

function bytesId({ inputs }: Creation) {
  const bytes = randomBytes(Number(inputs["byteLength"]));
  const prefix = String(inputs["prefix"] ?? "");
  return {
    id: bytes.toString("base64url"),
    outputs: {
      b64Std: prefix + bytes.toString("base64"),
      b64Url: prefix + bytes.toString("base64url"),
      dec: prefix + BigInt(`0x${bytes.toString("hex")}`).toString(),
      hex: prefix + bytes.toString("hex"),
    },
  };
}

const makers: Readonly<Record<string, (creation: Creation) => ReturnType<CloudPackage["create"]>>> =
  {
    "random:index/randomPassword:RandomPassword": ({ inputs }) => ({
      id: "none",
      outputs: { result: randomText(inputs) },
    }),
    "random:index/randomString:RandomString": ({ inputs }) => {
      const result = randomText(inputs);
      return { id: result, outputs: { result } };
    },
    "random:index/randomBytes:RandomBytes": ({ inputs }) => {
      const bytes = randomBytes(Number(inputs["length"]));
      return {
        id: "none",
        outputs: { base64: bytes.toString("base64"), hex: bytes.toString("hex") },
      };
    },
    "random:index/randomId:RandomId": bytesId,
    "random:index/randomUuid:RandomUuid": () => {
      const result = randomUUID();
      return { id: result, outputs: { result } };
    },
  };

/** Real random values of the length and alphabet asked for. `bcryptHash` is not given. */
export const random: CloudPackage = {
  complete: ({ inputs }) => inputs,
  problems: (type) =>
    type in makers ? [] : [{ property: "", reason: `the stand-in does not know ${type}` }],
  // Nothing of a random value can change and leave it the same.
  replacing: ({ changes }) => changes.map(({ path }) => path),
  deletesFirst: () => false,
  predicted: () => ({}),
  foreseen: () => ({}),
  create(creation) {
    const make = makers[creation.urn.type];
    if (!make) throw new Error(`the stand-in does not know ${creation.urn.type}`);
    return make(creation);
  },
  filledIn: () => [],
  refusal: () => undefined,
  changeRefusal: () => undefined,
  keepingReason: () => undefined,
  uniqueName: () => undefined,
};
