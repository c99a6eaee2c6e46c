import { BlockList, isIP } from "node:net";
import RE2 from "re2";
import type { Leaf } from "../leaf.ts";
import { base64Offsets } from "./base64-offsets.ts";
import { type FieldValue, jsonNumber } from "./json-values.ts";

/** Whether a value is what a leaf asks for. */
export type ValueTest = (value: FieldValue) => boolean;

/** The number that a value is or, as a text with blanks around it or none, spells; NaN for all else, which no comparison holds for. */
export function numberOf({ kind, text }: FieldValue): number {
  if (kind !== "number" && kind !== "text") return Number.NaN;
  return jsonNumber.test(text.trim()) ? Number(text) : Number.NaN;
}

/** Compiles what a leaf asks of one value. Case counts as in Sigma: only `re` and Base64 look at it. */
export function valueTest({ modifier, value }: Leaf): ValueTest {
  const wanted = String(value);
  const lower = wanted.toLowerCase();
  const bound = Number(value);
  switch (modifier) {
    case "equals":
      return typeof value === "number"
        ? (found) => numberOf(found) === value
        : (found) => hasText(found) && found.text.toLowerCase() === lower;
    case "contains":
      return (found) => found.text.toLowerCase().includes(lower);
    case "startswith":
      return (found) => found.text.toLowerCase().startsWith(lower);
    case "endswith":
      return (found) => found.text.toLowerCase().endsWith(lower);
    case "re":
      return matching(new RE2(wanted, "u"));
    case "re|i":
      return matching(new RE2(wanted, "iu"));
    case "base64offset|contains": {
      const forms = base64Offsets(wanted);
      return ({ text }) => forms.some((form) => text.includes(form));
    }
    case "cidr":
      return withinNetwork(wanted);
    case "gt":
      return (found) => numberOf(found) > bound;
    case "gte":
      return (found) => numberOf(found) >= bound;
    case "lt":
      return (found) => numberOf(found) < bound;
    case "lte":
      return (found) => numberOf(found) <= bound;
    case "exists":
      return () => true;
    case "format":
    case "key":
      throw new Error(`"${modifier}" is no test of a value`);
  }
}

const hasText = ({ kind }: FieldValue) => kind !== "null" && kind !== "container";

const matching =
  (pattern: RE2): ValueTest =>
  ({ text }) =>
    pattern.test(text);

interface Network {
  readonly address: string;
  readonly bits: number;
  readonly family: "ipv4" | "ipv6";
}

/** A network such as `10.0.0.0/8` or `fd00::/8`, or one address; undefined when it is none. */
export function networkOf(text: string): Network | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  const version = isIP(address);
  const most = version === 4 ? 32 : 128;
  const length = bits === undefined ? most : Number(bits);
  const sound = /^\d{1,3}$/.test(bits ?? "0") && length <= most && rest.length === 0;
  if (version === 0 || !sound || address.includes("%")) return undefined;
  return { address, bits: length, family: version === 4 ? "ipv4" : "ipv6" };
}

/** An IPv4 address that is written as IPv6 is in the networks of IPv4. */
function withinNetwork(text: string): ValueTest {
  const network = networkOf(text);
  if (!network) throw new Error(`"${text}" is no network`);
  const list = new BlockList();
  list.addSubnet(network.address, network.bits, network.family);
  return ({ text }) => {
    const version = isIP(text);
    return version !== 0 && list.check(text, version === 4 ? "ipv4" : "ipv6");
  };
}
