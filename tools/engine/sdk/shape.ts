/** What the SDK's declarations say of a property, as far as a JSON value can be held against it. */
export type Shape =
  | { readonly kind: "any" }
  | { readonly kind: "string" | "number" | "boolean" }
  | { readonly kind: "literal"; readonly value: string }
  | { readonly kind: "list" | "map"; readonly of: Shape }
  /** One of the SDK's nested types, by its path in `types/input.d.ts`: `ec2.SubnetMapping`. */
  | { readonly kind: "object"; readonly name: string }
  | { readonly kind: "union"; readonly of: readonly Shape[] };

/**
 * Reads a type as the generated SDKs write it.
 *
 * @example shapeOf("pulumi.Input<pulumi.Input<inputs.lb.SubnetMapping>[] | undefined>")
 */
export function shapeOf(expression: string): Shape {
  const tokens = expression.match(/"[^"]*"|[\w.]+|[<>[\]{}|:;]/g) ?? [];
  const reader = { tokens, at: 0 };
  const shape = readUnion(reader);
  if (reader.at < tokens.length) {
    throw new Error(`cannot read the SDK's type "${expression}" after token ${reader.at}`);
  }
  return shape;
}

interface Reader {
  readonly tokens: readonly string[];
  at: number;
}

function accept(reader: Reader, token: string): boolean {
  if (reader.tokens[reader.at] !== token) return false;
  reader.at += 1;
  return true;
}

function expect(reader: Reader, ...tokens: string[]): void {
  for (const token of tokens) {
    if (!accept(reader, token)) {
      throw new Error(`expected ${token} in the SDK's type ${reader.tokens.join(" ")}`);
    }
  }
}

function readUnion(reader: Reader): Shape {
  const parts: Shape[] = [];
  do {
    if (!accept(reader, "undefined")) parts.push(readPostfix(reader));
  } while (accept(reader, "|"));
  const [first, ...others] = parts;
  return first && others.length === 0 ? first : { kind: "union", of: parts };
}

function readPostfix(reader: Reader): Shape {
  let shape = readOne(reader);
  while (accept(reader, "[")) {
    expect(reader, "]");
    shape = { kind: "list", of: shape };
  }
  return shape;
}

function readOne(reader: Reader): Shape {
  const token = reader.tokens[reader.at] ?? "";
  reader.at += 1;
  if (token === "{") return readMap(reader);
  if (token === "pulumi.Input") {
    expect(reader, "<");
    const inner = readUnion(reader);
    expect(reader, ">");
    return inner;
  }
  if (token === "string" || token === "number" || token === "boolean") return { kind: token };
  if (token.startsWith('"')) return { kind: "literal", value: token.slice(1, -1) };
  if (token.startsWith("inputs.")) return { kind: "object", name: token.slice("inputs.".length) };
  // What is left: any, assets, enums (open lists of strings), and resources, which arrive as their id.
  return { kind: "any" };
}

function readMap(reader: Reader): Shape {
  expect(reader, "[", "key", ":", "string", "]", ":");
  const of = readUnion(reader);
  accept(reader, ";");
  expect(reader, "}");
  return { kind: "map", of };
}
