import { isAbsolute } from "node:path";

/** A value that nats-server takes from its environment when it reads the configuration. */
export class EnvironmentReference {
  readonly variable: string;
  constructor(variable: string) {
    this.variable = variable;
  }
}

export type ConfigValue =
  | string
  | number
  | boolean
  | EnvironmentReference
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue | undefined };

const isList = (value: ConfigValue): value is readonly ConfigValue[] => Array.isArray(value);

function renderValue(value: ConfigValue, indent: string): string {
  if (value instanceof EnvironmentReference) return `$${value.variable}`;
  // JSON's escapes are those of nats-server's quoted strings; `$` is left alone inside quotes.
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value !== "object") return String(value);
  const deeper = `${indent}  `;
  if (isList(value)) {
    if (value.length === 0) return "[]";
    const items = value.map((item) => `${deeper}${renderValue(item, deeper)}`);
    return `[\n${items.join("\n")}\n${indent}]`;
  }
  return `{\n${renderEntries(value, deeper)}\n${indent}}`;
}

/** A subject is a key in quotes, which nats-server takes for any key. */
const renderKey = (key: string) => (/^\w+$/.test(key) ? key : JSON.stringify(key));

function renderEntries(block: { readonly [key: string]: ConfigValue | undefined }, indent: string) {
  return Object.entries(block)
    .flatMap(([key, value]) =>
      value === undefined ? [] : [`${indent}${renderKey(key)}: ${renderValue(value, indent)}`],
    )
    .join("\n");
}

/**
 * Writes nats-server's configuration language. Undefined is left out.
 *
 * @param include File that is read first, so that its entries are variables of the rest. Relative
 * to the folder of the configuration file.
 * @throws RangeError when it is absolute, which nats-server would silently take as relative.
 */
export function renderNatsSyntax(
  document: { readonly [key: string]: ConfigValue | undefined },
  include?: string,
): string {
  if (include === undefined) return `${renderEntries(document, "")}\n`;
  if (isAbsolute(include)) {
    throw new RangeError(
      `an included file must be relative to the configuration file's folder, got "${include}"`,
    );
  }
  return `include ${JSON.stringify(include)}\n${renderEntries(document, "")}\n`;
}
