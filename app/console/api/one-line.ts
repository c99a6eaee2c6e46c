import { z } from "zod";

// In words that every dialect of patterns has: the API's description holds it, too.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is about them
const noControls = /^[^\u0000-\u001f\u007f-\u009f]*$/;

/** What a person writes into one line: nothing of it is a control character. */
export const oneLine = (limit: number) =>
  z
    .string()
    .max(limit, `must be at most ${limit} characters`)
    .regex(noControls, "must be one line, without control characters");

/** Why somebody does something. */
export const reasonLine = (limit: number) =>
  oneLine(limit).min(3, "must say why, in 3 characters or more");
