import { benignAlert } from "./benign-alert.ts";
import { createRandom, pick, type Random } from "./random.ts";

export const corpora = [
  "benign",
  "fragments",
  "near-misses",
  "escapes",
  "layers",
  "entities",
  "base64",
  "lower-case",
] as const;
export type Corpus = (typeof corpora)[number];

const alphabets = {
  base64: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
  "lower-case": "abcdefghijklmnopqrstuvwxyz0123456789",
} as const;

/** Escapes that are none, of every kind that has to be looked at for longest. */
const undecodable = [
  "&a;",
  "&lbracx;",
  "&#xfffffg;",
  "&#9999999;",
  "&NewLinX;",
  "%2",
  "\\u00",
] as const;

const separators = ["", " ", "/", ";", '"', ".", "=", "a1"] as const;

export interface TextSource {
  readonly corpus: Corpus;
  readonly bytes: number;
  readonly provocations: readonly string[];
}

/**
 * Messages that are as dear to match as an attacker could make them, each one new.
 *
 * New ones, because an automaton that has seen a text before is fast on it and hides its cost.
 */
export function createTextSource({ corpus, bytes, provocations }: TextSource): () => Uint8Array {
  const random = createRandom(corpora.indexOf(corpus) + 1);
  const [first = "alert", ...rest] = provocations;
  if (corpus === "benign") return () => Buffer.from(benignAlert(random, bytes));
  const piece = pieceWriter(corpus, [first, ...rest], random);
  return () => {
    let text = "";
    while (text.length < bytes) text += piece();
    return Buffer.from(text).subarray(0, bytes);
  };
}

function pieceWriter(
  corpus: Exclude<Corpus, "benign">,
  provocations: readonly [string, ...string[]],
  random: Random,
): () => string {
  const fragment = () => pick(random, provocations);
  switch (corpus) {
    case "fragments":
      return () => cut(fragment(), random) + pick(random, separators);
    case "near-misses":
      return () => spoil(fragment(), random) + pick(random, separators);
    case "escapes":
      return () => wrap(fragment(), random);
    case "layers":
      return () => percentEncoded(fragment().slice(0, 64), 2);
    case "entities":
      // The first is undone in every layer, so that all the others are looked at in each of them.
      return () => (random(64) === 0 ? "%252541" : pick(random, undecodable));
    case "base64":
    case "lower-case":
      return () => alphabets[corpus].charAt(random(alphabets[corpus].length));
  }
}

/** A piece from somewhere within, so that patterns begin and break off everywhere. */
function cut(text: string, random: Random): string {
  const start = random(Math.max(1, text.length - 2));
  return text.slice(start, start + 3 + random(24));
}

/** The whole text with one character wrong near its end: everything is tried, nothing is found. */
function spoil(text: string, random: Random): string {
  const at = Math.max(0, text.length - 1 - random(3));
  return `${text.slice(0, at)}~${text.slice(at + 1)}`;
}

/** Every character as `%25…`: all the text lies below the layers, where nothing else is changed. */
function percentEncoded(text: string, layers: number): string {
  const prefix = `%${"25".repeat(layers - 1)}`;
  return Array.from(Buffer.from(text), (byte) => prefix + byte.toString(16).padStart(2, "0")).join(
    "",
  );
}

/** Wrapped in escapes of all kinds, some of them twice, which makes every layer be looked at. */
function wrap(text: string, random: Random): string {
  return Array.from(text.slice(0, 64), (character) => {
    const code = character.charCodeAt(0) & 0x7f;
    const hex = code.toString(16).padStart(2, "0");
    return pick(random, [
      character,
      `%${hex}`,
      `%25${hex}`,
      `\\u00${hex}`,
      `&#x${hex};`,
      `\\\\x${hex}`,
    ]);
  }).join("");
}
