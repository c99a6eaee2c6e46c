import RE2 from "re2";

/** Room for an automaton: below it states are thrown away and rebuilt, which is what costs. */
const setBytes = 64 * 1024 * 1024;

/** What is looked for in the text of a message, as sources of RE2. */
export interface Searched {
  /** Texts that stand for themselves. */
  readonly texts: readonly string[];
  readonly patterns: readonly string[];
}

/**
 * Tells what is found in a text: the index of a text, or, counting on from there, of a pattern.
 *
 * `enough` is asked after each part of the search, the cheapest first.
 *
 * @returns whether it was enough; then the rest was not looked for. Throws when it cannot finish.
 */
export type LeafSearch = (
  view: Uint8Array,
  note: (leaf: number) => void,
  enough: () => boolean,
) => boolean;

/**
 * Looks for the texts first, then for the patterns.
 *
 * They are two sets, because the states of one automaton for both would be the product of theirs: on
 * hostile text that is half as dear again as two passes.
 *
 * @throws Error when patterns do not compile.
 */
export function createLeafSearch({ texts, patterns }: Searched): LeafSearch {
  const [plain, others] = [setOf(texts), setOf(patterns)];
  return (view, note, enough) => {
    for (const leaf of plain.match(view)) note(leaf);
    if (enough()) return true;
    for (const leaf of others.match(view)) note(texts.length + leaf);
    return enough();
  };
}

function setOf(sources: readonly string[]): { match(view: Uint8Array): readonly number[] } {
  return sources.length === 0
    ? { match: () => [] }
    : new RE2.Set([...sources], { maxMem: setBytes });
}
