/** What a character of JSON is, or begins. */
export type Token = "blank" | "quote" | "open" | "close" | "next" | "is" | "comment" | "word";

export interface Grammar {
  /** By the character, as far as it is ASCII. */
  readonly tokens: readonly Token[];
  /** Whether a key may stand without quotes. */
  readonly hasBareKeys: boolean;
}

const grammar = (
  signs: Readonly<Partial<Record<Token, string>>>,
  hasBareKeys: boolean,
): Grammar => {
  const tokens: Token[] = Array.from({ length: 128 }, (_, code) =>
    code <= 0x20 ? "blank" : "word",
  );
  for (const [token, characters] of Object.entries(signs)) {
    for (const character of characters) tokens[character.charCodeAt(0)] = token as Token;
  }
  return { tokens, hasBareKeys };
};

export const json = grammar({ quote: '"', open: "{[", close: "}]", next: ",", is: ":" }, false);

/** What readers know that take more for JSON than it is: JSON5, Gson, Hjson, YAML. */
export const lenient = grammar(
  { quote: "\"'", open: "{[", close: "}]", next: ",;", is: ":=", comment: "/#" },
  true,
);

const mark = 0xfeff;

/** @param code NaN behind the end, which is no word either. */
export function tokenAt({ tokens }: Grammar, code: number): Token {
  return tokens[code] ?? (code > 127 && code !== mark ? "word" : "blank");
}
