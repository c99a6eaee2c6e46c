import { payloadLimitBytes } from "../../../contract/limits.ts";
import { fileFormatOf } from "../file-format.ts";
import { createTextFinder, createWritingFinder, isPlainFor, isText } from "../payload-text.ts";
import { encodedRuns } from "./encoded-runs.ts";
import { createEscapeLayers } from "./escape-layers.ts";
import { isPacked, unpack } from "./packed.ts";
import { plainLetters } from "./plain-letters.ts";
import { narrowText } from "./wide-text.ts";

/** Content within content: so deep is looked, the payload being 0. */
const deepest = 3;
/** So many encoded runs and archives are opened; a page of icons and tokens has some dozens. */
const mostOpened = 64;
/** Of these so many may be archives, each of which costs a start of its own. */
const mostUnpacked = 8;
/** Of these so many may be broken or too large: to find out where takes a dozen starts. */
const mostSalvaged = 1;
/**
 * What may be looked at besides the payload itself: all of it in three forms and some more, and of an
 * archive as much as a payload may have.
 */
const budgetOf = (payload: Uint8Array) =>
  3 * payload.length + (isPacked(payload) ? payloadLimitBytes : 8 * 1024);

/**
 * What of a payload was not looked at: something too deep or too large, as honest archives are, or,
 * `crowded`, something behind more encoded pieces than are opened, which nobody writes by chance.
 */
export type Unseen = "none" | "cut" | "crowded";

const nothing = new Uint8Array(0);

export interface Views {
  /** Text to look for rules in. Its bytes are reused afterwards. Whether enough has been seen. */
  readonly look: (text: Uint8Array) => boolean;
  /** Something that might be a file. Whether enough has been seen. */
  readonly lookAtFile: (bytes: Uint8Array) => boolean;
}

/** What a run of letters must begin as to be opened, if it is no writing. */
const opens = (head: Uint8Array) => isPacked(head) || fileFormatOf(head) !== undefined;

/**
 * Shows a payload as each of its readers might see it, the text as it came first: escapes undone
 * layer by layer, letters in disguise plain, Base64 and hexadecimal decoded, gzip unpacked, UTF-16
 * narrowed, and each of these within another.
 *
 * Every view needs a sign of it in the text, and what honest messages have none of costs them a
 * search for a byte. Bytes, depth and number are bounded, so that no text can make it dear.
 *
 * @returns what was left unseen for it, or that what was seen was enough.
 */
export function createUnfolding(): (payload: Uint8Array, views: Views) => Unseen | "enough" {
  const textOf = createTextFinder();
  const writingIn = createWritingFinder();
  const layers = createEscapeLayers();

  return (given, { look, lookAtFile }) => {
    const payload = Buffer.from(given.buffer, given.byteOffset, given.length);
    let left = budgetOf(payload);
    let enough = false;
    let cut = false;
    let crowded = false;
    let opened = 0;
    let unpacked = 0;
    let salvaged = 0;
    /**
     * Looks as far as there is something left to spend, and no further than a payload may go: UTF-16
     * grows by half when it is narrowed, and no buffer below has room for that.
     *
     * @returns what it looked at.
     */
    const lookWithin = (view: Uint8Array | undefined): Uint8Array => {
      if (enough || !view || view.length === 0) return nothing;
      const seen = view.subarray(0, Math.min(left, payloadLimitBytes));
      if (seen.length < view.length) cut = true;
      left -= seen.length;
      if (seen.length > 0) enough = look(seen);
      return seen;
    };

    /** Everything below a text that has been looked at. */
    const unfoldText = (text: Uint8Array, depth: number): void => {
      lookWithin(plainLetters(text));
      if (enough) return;
      const { innermost, unfinished } = layers.each(text, (layer) => {
        lookWithin(layer);
        if (!enough) lookWithin(plainLetters(layer));
        return enough;
      });
      if (enough) return;
      if (unfinished) cut = true;
      const runs = encodedRuns(innermost, { opens, most: mostOpened - opened + 1 });
      opened += runs.length;
      if (opened > mostOpened) crowded = true;
      // None of them lies in a buffer that the next layers reuse.
      for (const run of runs) open(run, depth + 1);
    };

    /** What an encoding held, or a payload that is no text. */
    const open = (bytes: Uint8Array, depth: number): void => {
      if (enough) return;
      if (isPacked(bytes) && unpacked++ >= mostUnpacked) {
        crowded = true;
        return;
      }
      const { content, broken, tooLarge } = unpack(bytes, salvaged < mostSalvaged);
      if (tooLarge) cut = true;
      // A broken one in front of another must not be what hides it.
      if (broken && ++salvaged > mostSalvaged && !tooLarge) crowded = true;
      if (content) {
        open(content, depth + 1);
        // Whatever an archive may pretend to be, and what stands behind its end, is read as it is.
        if (depth > 0) read(writingIn(bytes), depth);
      } else openPlain(bytes, depth);
    };

    const openPlain = (bytes: Uint8Array, depth: number): void => {
      const isPlain = isText(bytes);
      const text = isPlain ? bytes : (narrowText(bytes) ?? textWithoutOverlong(bytes));
      if (text) read(text, depth);
      else enough = lookAtFile(bytes);
      // A mark of UTF-16 may lie. The payload's own writing has been looked at before.
      if (depth > 0 && !isPlain) read(writingIn(bytes), depth);
    };

    const read = (text: Uint8Array, depth: number): void => {
      if (enough || text.length === 0) return;
      if (depth > deepest) cut = true;
      else unfoldText(lookWithin(text), depth);
    };

    // What it says as it stands is looked at whatever it costs, and whatever else it may be.
    const text = textOf(payload);
    enough = look(text);
    if (!enough) unfoldText(text, 0);
    if (text !== payload) open(payload, 0);
    else if (!enough) enough = lookAtFile(payload);
    if (enough) return "enough";
    if (crowded) return "crowded";
    return cut ? "cut" : "none";
  };
}

/** What hides a separator here and there is still half plain; noise is not. */
const leastPlain = 0.5;
const headBytes = 256;

/** Overlong forms are no UTF-8, so that a short text full of them passes for bytes. */
function textWithoutOverlong(bytes: Uint8Array): Uint8Array | undefined {
  if (!isPlainFor(leastPlain, bytes.subarray(0, headBytes))) return undefined;
  const plain = plainLetters(bytes);
  return plain && isText(plain) ? plain : undefined;
}
