import { type Shape, shapeOf } from "./shape.ts";

export interface DeclaredProperty {
  readonly shape: Shape;
  readonly required: boolean;
}
export type DeclaredProperties = ReadonlyMap<string, DeclaredProperty>;

/**
 * The properties of one interface of a generated `.d.ts` file. `body` is the text between its
 * braces. The files are regular enough to be read without a compiler, which takes seconds for the
 * six megabytes of nested AWS types; this takes the types that are asked for, and no time.
 */
export function propertiesOf(body: string): DeclaredProperties {
  const text = body.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\s+/g, " ");
  const properties = new Map<string, DeclaredProperty>();
  // A type ends at the first `;` outside braces; braces do not nest in these files.
  for (const [, name = "", optional, type = ""] of text.matchAll(
    /(?:readonly )?["']?([\w$-]+)["']?(\?)?: ((?:\{[^{}]*\}|[^;{}])+);/g,
  )) {
    properties.set(name, { shape: shapeOf(type), required: optional === undefined });
  }
  return properties;
}

/** Finds `interface <name> { … }` at a given indentation. */
export function interfaceBody(text: string, name: string, indent = ""): string | undefined {
  const start = text.search(new RegExp(`^${indent}(?:export )?interface ${name} \\{`, "m"));
  if (start < 0) return undefined;
  const open = text.indexOf("{", start) + 1;
  const end = text.indexOf(`\n${indent}}`, open);
  return text.slice(open, end);
}

/** Finds a nested type by its path: `apps.v1.StatefulSetSpec` is in two namespaces. */
export function nestedInterfaceBody(text: string, path: string): string | undefined {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let scope = text;
  for (const [depth, namespace] of names.entries()) {
    const indent = "    ".repeat(depth);
    const start = scope.search(
      new RegExp(`^${indent}(?:export )?(?:declare )?namespace ${namespace} \\{`, "m"),
    );
    if (start < 0) return undefined;
    scope = scope.slice(start, scope.indexOf(`\n${indent}}`, start));
  }
  return interfaceBody(scope, last, "    ".repeat(names.length));
}
