import { isObject, type Properties, type Value } from "./property-values.ts";

export interface Change {
  /** `spec.template.spec.containers[0].image`, as the engine writes property paths. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
}

/** What differs between two sets of plain inputs, at the deepest level that both have. */
export function differenceOf(before: Properties, after: Properties): Change[] {
  return changesIn("", before, after);
}

function changesIn(path: string, before: Value | undefined, after: Value | undefined): Change[] {
  if (isObject(before) && isObject(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names]
      .filter((name) => !name.startsWith("__"))
      .flatMap((name) => changesIn(join(path, name), before[name], after[name]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const length = Math.max(before.length, after.length);
    return Array.from({ length }, (_, index) =>
      changesIn(`${path}[${index}]`, before[index], after[index]),
    ).flat();
  }
  if (before === after || JSON.stringify(before) === JSON.stringify(after)) return [];
  return [{ path, kind: before === undefined ? "add" : after === undefined ? "delete" : "update" }];
}

function join(path: string, name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) return `${path}["${name}"]`;
  return path ? `${path}.${name}` : name;
}

export const topLevelOf = (path: string): string => path.split(/[.[]/)[0] ?? path;

/** Whether `path` is the property at `parent` or lies below it. */
export const isWithin = (path: string, parent: string): boolean =>
  path === parent || path.startsWith(`${parent}.`) || path.startsWith(`${parent}[`);
