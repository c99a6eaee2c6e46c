import { fileFormats } from "../file-format.ts";
import { isNumberModifier, isTextModifier, parseKey } from "./field-key.ts";
import { networkOf } from "./value-test.ts";

type Value = string | number | boolean;

/** What to write under a key instead; undefined when its values are of the kind that it asks for. */
export function adviceOnValues(key: string, values: readonly Value[]): string | undefined {
  const { modifier } = parseKey(key);
  const all = (isRight: (value: Value) => boolean) => values.every(isRight);
  if (modifier === "format") {
    const known = all((value) => fileFormats.some((format) => format === value));
    return known ? undefined : `use payload.format with ${fileFormats.join(", ")}`;
  }
  if (isTextModifier(modifier))
    return all((value) => typeof value === "string") ? undefined : "quote the text";
  if (isNumberModifier(modifier))
    return all((value) => typeof value === "number") ? undefined : "write a number";
  if (modifier === "exists") {
    const one = values.length === 1 && typeof values[0] === "boolean";
    return one ? undefined : "write true or false";
  }
  if (modifier !== "cidr") return undefined;
  return all((value) => networkOf(String(value)) !== undefined)
    ? undefined
    : "write a network such as 10.0.0.0/8 or fd00::/8";
}
